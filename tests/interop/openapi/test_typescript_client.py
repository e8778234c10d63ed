"""openapi-typescript makes types of the served OpenAPI document; a program with them compiles strictly, and calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.interop.openapi.served import NODE_MODULES, PASSWORD, PLACED, data_of, needs, ran
from tests.running import RunningGateway

TOOLS = [NODE_MODULES / ".bin" / name for name in ("openapi-typescript", "tsc")]
pytestmark = needs(*TOOLS, NODE_MODULES / "openapi-fetch")

CALLER = """
import createClient from "openapi-fetch";
import type { components, paths } from "./shop.js";

const [baseUrl, password] = process.argv.slice(2);
const knownAs = (password: string) => ({ Authorization: `Basic ${btoa(`shop:${password}`)}` });
const good = createClient<paths>({ baseUrl, headers: knownAs(password!) });
const bad = createClient<paths>({ baseUrl, headers: knownAs("falsch") });

const order: components["schemas"]["OrderPlaced"] = {
  order_id: "DE-4711", channel: "in store", total: 12.5,
  lines: [{ article: "A", count: 2 }, { article: "é😀<&>", count: 1 }],
  customer: { name: "Zoë", born: "1985-02-28" }, gift: true, due: "2026-03-20", waited: 0.07, scan: "AP8=",
  tags: ["vip", "a b"], placed_at: new Date(Date.UTC(2026, 2, 16, 14, 15, 2, 500)).toISOString(),
};
const event: components["schemas"]["OrderPlaced_CloudEvent"] = {
  specversion: "1.0", id: "2", source: "/shop", type: "order.placed", data: order,
};
const wrong = { ...order, order_id: "de-4711", total: -0.001, lines: [{ article: "", count: 0 }] };
const again = { params: { header: { "Idempotency-Key": "ts" } }, body: order };
const answers = [
  await good.POST("/in/shop/order-placed", again),
  await good.POST("/in/shop/order-placed", again),
  await good.POST("/in/shop/order-placed", {
    body: event, headers: { "Content-Type": "application/cloudevents+json" },
  }),
  await good.POST("/in/shop/order-noted", { body: { order_id: "4711", count: null } }),
  await good.POST("/in/shop/order-placed", { body: wrong }),
  await bad.POST("/in/shop/order-placed", { body: order }),
];
const told = answers.map(({ data, error }): [string, unknown] =>
  data ? [data.status, data.eventId] : [error!.reason, error!.violations.map((one) => one.path)]);
console.log(JSON.stringify(told));
"""
MISTAKEN = """
import type { components } from "./shop.js";
export const order: components["schemas"]["OrderPlaced"] = { order_id: "DE-1", total: "12.50", lines: [] };
"""
TSC = ("--strict", "--noUncheckedIndexedAccess", "--module", "nodenext", "--target", "es2022", "--types", "node")


@pytest.fixture(scope="module")
def folder(gateway: RunningGateway, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the types are, and programs that use them."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "node_modules").symlink_to(NODE_MODULES)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    ran("openapi-typescript", f"{gateway.url}/in/shop?openapi", "-o", "shop.d.ts", folder=folder)
    (folder / "caller.ts").write_text(CALLER, encoding="utf-8")
    (folder / "mistaken.ts").write_text(MISTAKEN, encoding="utf-8")
    return folder


def test_a_program_with_a_mistake_does_not_compile(folder: Path) -> None:
    with pytest.raises(AssertionError, match="Type 'string' is not assignable to type 'number'"):
        ran("tsc", *TSC, "--noEmit", "mistaken.ts", folder=folder)


def test_it_compiles_and_calls_and_is_told_what_is_wrong(gateway: RunningGateway, folder: Path) -> None:
    ran("tsc", *TSC, "caller.ts", folder=folder)
    told: list[Any] = json.loads(ran("node", "caller.js", gateway.url, PASSWORD, folder=folder))
    (first, again, as_cloud_event, with_null, wrong, stranger) = told
    assert ["accepted", "duplicate", "accepted", "accepted"] == [status for status, _ in told[:4]]
    assert first[1] == again[1]
    assert PLACED == data_of(gateway, first[1]) == data_of(gateway, as_cloud_event[1])
    assert {"order_id": "4711"} == data_of(gateway, with_null[1])
    assert ["contract_violation", ["/order_id", "/total", "/lines/0/article", "/lines/0/count"]] == wrong
    assert ["unauthenticated", []] == stranger

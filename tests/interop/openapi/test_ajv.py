"""Ajv takes the published JSON Schema as it comes: its strict mode is the default, and refuses what it doesn't know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.contracts.json_schema import json_schema
from gateway.contracts.load import load
from gateway.model.contract import Contract
from gateway.model.mapping import Mapping
from tests.interop.calls import CONTRACTS
from tests.interop.openapi.served import CONTRACT, NODE_MODULES, PLACED, needs, ran
from tests.soap.generated import ALL_TYPES

pytestmark = needs(NODE_MODULES / "ajv/dist/2020.js")

EVERY = {name: load(file.read_text(encoding="utf-8"), str(file)) for name, file in CONTRACTS.items()} | {
    "of clients": load(CONTRACT, "orders.toml"),
    "all types": ALL_TYPES,
}
VALIDATES = """
import Ajv2020 from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
const { schema, id, values } = JSON.parse(readFileSync("asked.json", "utf8"));
const told = [];
for (const level of ["log", "warn", "error"]) console[level] = (...words) => told.push(words.join(" "));
const ajv = new Ajv2020.default();
ajv.compile(schema);
const check = ajv.getSchema(id);
const wrong = values.map((value) => (check(value) ? null : check.errors.map((one) => one.instancePath)));
process.stdout.write(JSON.stringify([wrong, told]));
"""


def of_ajv(folder: Path, contract: Contract, event: str, *values: Any) -> Any:
    """Where it finds each of the values wrong, None where it takes one; and what it has to say of the schema."""
    (folder / "node_modules").symlink_to(NODE_MODULES)
    asked = {
        "schema": json.loads(json_schema(contract)),
        "id": Mapping.of("pbx", contract).schemas[event],
        "values": values,
    }
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    (folder / "validates.mjs").write_text(VALIDATES, encoding="utf-8")
    return json.loads(ran("node", "validates.mjs", folder=folder))


@pytest.mark.parametrize("name", EVERY)
def test_it_compiles_with_no_option_and_no_warning(tmp_path: Path, name: str) -> None:
    assert [[], []] == of_ajv(tmp_path, EVERY[name], next(iter(EVERY[name].events)))


def test_the_schema_that_a_dataschema_names_tells_right_from_wrong(tmp_path: Path) -> None:
    changed: list[dict[str, Any]] = [
        {"order_id": "DE-4711\n"}, {"due": "2026-02-29"}, {"placed_at": "2026-03-16 14:15:02"}, {"scan": "AP9="},
        {"total": 12.125}, {"total": 123456789}, {"channel": "phone"}, {"unknown": 1},
    ]  # fmt: skip
    wrong, _ = of_ajv(
        tmp_path, EVERY["of clients"], "order.placed", PLACED, *({**PLACED, **change} for change in changed)
    )
    assert wrong[0] is None
    for change, places in zip(changed, wrong[1:], strict=True):
        (name,) = change
        assert places is not None and (f"/{name}" in places or (name, places) == ("unknown", [""])), change

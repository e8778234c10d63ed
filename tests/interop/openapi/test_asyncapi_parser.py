"""AsyncAPI's own parser finds nothing to mend in the published document: it knows rules that no schema can say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.contracts.asyncapi import asyncapi
from gateway.contracts.load import load
from tests import ROOT
from tests.interop.openapi.served import CONTRACT, NODE_MODULES, needs, ran

pytestmark = needs(NODE_MODULES / "@asyncapi/parser")

PARSES = """
import { Parser } from "@asyncapi/parser";
import { readFileSync } from "node:fs";
const { document, diagnostics } = await new Parser().parse(readFileSync("document.json", "utf8"));
const told = diagnostics.filter((one) => one.code !== "asyncapi-latest-version").map((one) => one.message);
console.log(JSON.stringify([document?.messages().all().map((one) => one.name()) ?? [], told]));
"""
EVENTS = [
    "call.ended", "agent.segment.ended", "call.started", "call.dequeued", "agent.connected", "transfer.ended",
    "disposition.set",
]  # fmt: skip
SHIPPED = (ROOT / "wsdl/calls/contract.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "names"),
    [(SHIPPED, EVENTS), (CONTRACT, ["order.placed", "order.noted"])],
    ids=["the shipped contract", "every type"],
)
def test_it_reads_every_message(tmp_path: Path, text: str, names: list[str]) -> None:
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    (tmp_path / "document.json").write_bytes(asyncapi(load(text, "contract.toml")))
    (tmp_path / "parses.mjs").write_text(PARSES, encoding="utf-8")
    assert [names, []] == json.loads(ran("node", "parses.mjs", folder=tmp_path))

"""A running gateway whose documents clients are generated from, and what generates them.

What generates them is installed outside of what is tested and checked, from the files beside this one:

    mkdir -p .interop/openapi && cp tests/interop/openapi/package*.json .interop/openapi/
    npm ci --ignore-scripts --prefix .interop/openapi
    python3 -m venv .interop/openapi/python
    .interop/openapi/python/bin/pip install -r tests/interop/openapi/requirements.txt
    GATEWAY_INTEROP=1 .venv/bin/pytest tests/interop/openapi

requirements.txt is requirements.in as `uv pip compile` pins it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import ROOT
from tests.running import RunningGateway, running

INSTALLED = ROOT / ".interop/openapi"
PYTHON, NODE_MODULES = INSTALLED / "python/bin", INSTALLED / "node_modules"
PASSWORD = "geheim"
CONTRACT = r"""
name = "orders"
namespace = "urn:example:orders:v1"
doc = "Orders of a shop."
[events."order.placed"]
doc = "Somebody ordered."
[events."order.placed".fields]
order_id = { type = "string", required = true, pattern = '[A-Z]{2}-\d+', max_length = 12, example = "DE-4711" }
channel = { type = "string", values = ["web", "in store"] }
total = { type = "decimal", required = true, minimum = 0, digits = 8, fraction_digits = 2, unit = "EUR" }
lines = { type = "line", list = true, required = true }
customer = { type = "party" }
gift = { type = "boolean" }
due = { type = "date" }
placed_at = { type = "date-time" }
waited = { type = "duration" }
scan = { type = "base64" }
tags = { type = "string", list = true }
[events."order.noted".fields]
order_id = { type = "string", required = true }
count = { type = "integer", minimum = 1 }
tags = { type = "string", list = true }
[types.line.fields]
article = { type = "string", required = true }
count = { type = "integer", required = true, minimum = 1 }
[types.party.fields]
name = { type = "string", required = true }
born = { type = "date" }
"""
SOURCE = """
[sources.shop]
contract = "orders.toml"
reading = "strict"
authenticate = { kind = "basic", user = "shop", password = { env = "SHOP_PASSWORD" } }
"""
PLACED = {
    "order_id": "DE-4711",
    "channel": "in store",
    "total": 12.5,
    "lines": [{"article": "A", "count": 2}, {"article": "é😀<&>", "count": 1}],
    "customer": {"name": "Zoë", "born": "1985-02-28"},
    "gift": True,
    "due": "2026-03-20",
    "placed_at": "2026-03-16T14:15:02.5Z",
    "waited": 0.07,
    "scan": "AP8=",
    "tags": ["vip", "a b"],
}
"""An order with every field, as an event has it."""


def needs(*tools: Path) -> pytest.MarkDecorator:
    """Only where it is asked for, and where `tools` are installed."""
    if os.environ.get("GATEWAY_INTEROP") != "1":
        return pytest.mark.skip("generated clients are made and called with GATEWAY_INTEROP=1")
    missing = [str(tool.relative_to(ROOT)) for tool in tools if not tool.exists()]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


@contextmanager
def a_shop(folder: Path) -> Iterator[RunningGateway]:
    (folder / "orders.toml").write_text(CONTRACT, encoding="utf-8")
    with running(folder, SOURCE, SHOP_PASSWORD=PASSWORD) as gateway:
        yield gateway


def data_of(gateway: RunningGateway, event_id: str) -> Any:
    return gateway.event(event_id)["event"]["data"]


def ran(*command: str | Path, folder: Path) -> str:
    """What a command that succeeds prints."""
    path = f"{PYTHON}:{NODE_MODULES}/.bin:{os.environ['PATH']}"
    done = subprocess.run(
        list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | {"PATH": path},
    )  # fmt: skip
    assert 0 == done.returncode, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout

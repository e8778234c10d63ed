"""openapi-python-client makes a client of the served OpenAPI document: it type-checks, and calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.interop.openapi.served import PASSWORD, PLACED, PYTHON, data_of, needs, ran
from tests.running import RunningGateway

pytestmark = needs(PYTHON / "openapi-python-client")

CALLER = """
import datetime, json, sys
from shop_client import AuthenticatedClient, errors
from shop_client.api.default import submit_order_noted, submit_order_placed
from shop_client.models import (
    EventRejected, Line, OrderNoted, OrderNotedForm, OrderPlaced, OrderPlacedChannelType0, OrderPlacedCloudEvent, Party,
    Receipt,
)
from shop_client.types import UNSET

import base64
def client(password: str) -> AuthenticatedClient:
    token = base64.b64encode(f"shop:{password}".encode()).decode()
    return AuthenticatedClient(sys.argv[1], token, prefix="Basic", raise_on_unexpected_status=True)

order = OrderPlaced(
    order_id="DE-4711", channel=OrderPlacedChannelType0.IN_STORE, total=12.5,
    lines=[Line("A", 2), Line("é😀<&>", 1)], customer=Party("Zoë", datetime.date(1985, 2, 28)), gift=True,
    due=datetime.date(2026, 3, 20), waited=0.07, scan="AP8=", tags=["vip", "a b"],
    placed_at=datetime.datetime(2026, 3, 16, 15, 15, 2, 500000, datetime.timezone(datetime.timedelta(hours=1))),
)
event = OrderPlacedCloudEvent("1.0", "1", "/shop", "order.placed", order)
good, bad = client(sys.argv[2]), client("falsch")
answers: list[EventRejected | Receipt | None] = [
    submit_order_placed.sync(client=good, body=order, idempotency_key="k"),
    submit_order_placed.sync(client=good, body=order, idempotency_key="k"),
    submit_order_placed.sync(client=good, body=event),
    submit_order_noted.sync(client=good, body=OrderNotedForm("4711", count=2, tags=["vip", "a b"])),
    submit_order_noted.sync(client=good, body=OrderNoted("4711", count=None)),
    submit_order_placed.sync(client=good, body=OrderPlaced("de-4711", -0.001, [Line("", 0)])),
    submit_order_placed.sync(client=bad, body=order),
]
told = []
for answer in answers:
    if isinstance(answer, EventRejected):
        told.append([answer.reason.value, [one.path for one in answer.violations]])
    else:
        assert isinstance(answer, Receipt) and answer.event_id is not UNSET
        told.append([answer.status.value, str(answer.event_id)])
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def folder(gateway: RunningGateway, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a generated client is, and a program that uses it."""
    folder = tmp_path_factory.mktemp("client")
    address = f"{gateway.url}/in/shop?openapi"
    told = ran(
        PYTHON / "openapi-python-client", "generate", "--url", address, "--meta", "none", "--output-path",
        folder / "shop_client", "--fail-on-warning", folder=folder,
    )  # fmt: skip
    assert "rror" not in told and "arning" not in told
    (folder / "caller.py").write_text(CALLER, encoding="utf-8")
    return folder


def test_it_type_checks(folder: Path) -> None:
    ran(PYTHON / "mypy", "--strict", "--follow-imports=silent", "caller.py", folder=folder)


def test_it_calls_by_every_body_and_is_told_what_is_wrong(gateway: RunningGateway, folder: Path) -> None:
    told: list[Any] = json.loads(ran(PYTHON / "python", "caller.py", gateway.url, PASSWORD, folder=folder))
    (first, again, as_cloud_event, as_form, with_null, wrong, stranger) = told
    assert ["accepted", "duplicate", "accepted", "accepted", "accepted"] == [status for status, _ in told[:5]]
    assert first[1] == again[1]
    assert PLACED == data_of(gateway, first[1]) == data_of(gateway, as_cloud_event[1])
    assert {"order_id": "4711", "count": 2, "tags": ["vip", "a b"]} == data_of(gateway, as_form[1])
    assert {"order_id": "4711"} == data_of(gateway, with_null[1])
    assert ["contract_violation", ["/order_id", "/total", "/lines/0/article", "/lines/0/count"]] == wrong
    assert ["unauthenticated", []] == stranger

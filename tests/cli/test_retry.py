"""`gateway requests retry`: what would come of a stored request today, and making it so."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import requests

from gateway.store.history import Selection
from tests.cli.conftest import Endpoint, Filled, Run

CONTRACT = "contract.toml"


@pytest.fixture
def called(endpoint: Endpoint) -> str:
    """The id of a request that was taken."""
    answer = requests.post(
        f"{endpoint.url}/pbx/call-ended", json={"call_id": "4711", "tariff": "night"}, timeout=10,
        headers={"Idempotency-Key": "k"},
    )  # fmt: skip
    assert 202 == answer.status_code
    return str(answer.json()["requestId"])


def change_contract(endpoint: Endpoint, *fields: str) -> None:
    file = endpoint.document.folder / CONTRACT
    head = "[shared.call]\n"
    text = file.read_text(encoding="utf-8")
    assert head in text
    file.write_text(text.replace(head, head + "".join(f"{field}\n" for field in fields)), encoding="utf-8")


def events(endpoint: Endpoint) -> list[dict[str, Any]]:
    """The events whole, oldest first."""
    history = endpoint.store.history
    found = [history.event(item["id"]) for item in history.events(Selection())]
    return [one for one in reversed(found) if one is not None]


def test_a_dry_run_shows_each_change_and_makes_nothing(endpoint: Endpoint, run: Run, called: str) -> None:
    change_contract(endpoint, 'tariff = { type = "string" }')
    code, out, err = run("requests", "retry", called, "--dry-run")
    (old,) = events(endpoint)
    assert (0, "") == (code, err)
    assert [
        f"call.ended of /in/pbx, in place of {old['id']}:",
        '  - /data/extra {"tariff":"night"}',
        '  + /data/tariff "night"',
        "  goes to crm (route all)",
    ] == out.splitlines()


def test_a_new_event_is_recorded_beside_the_old_one_and_delivered(endpoint: Endpoint, run: Run, called: str) -> None:
    change_contract(endpoint, 'tariff = { type = "string" }')
    code, out, _ = run("requests", "retry", called, "--yes")
    old, new = events(endpoint)
    assert (0, f"✓ event {new['id']}") == (code, out.splitlines()[-1])
    assert {"call_id": "4711", "tariff": "night"} == new["event"]["data"]
    assert (old["id"], old["receivedAt"], called, old["event"]["receivedtime"]) == (
        new["event"]["replayof"], new["receivedAt"], new["requestId"], new["event"]["receivedtime"],
    )  # fmt: skip
    assert "replayof" not in old["event"]
    assert [("crm", "waiting", None)] == [
        (one["destination"], one["state"], one["replay"]) for one in new["deliveryList"]
    ]
    shown = json.loads(run("requests", "show", called)[1])
    assert ([old["id"]], [new["id"]]) == (shown["eventIds"], shown["retriedAs"])


def test_retried_once_more_it_says_so_and_stands_in_for_the_first(endpoint: Endpoint, run: Run, called: str) -> None:
    assert 0 == run("requests", "retry", called, "--yes")[0]
    code, out, _ = run("requests", "retry", called, "--yes")
    first, second, third = events(endpoint)
    assert (0, f"it was retried before, as {second['id']}") == (code, out.splitlines()[0])
    assert "  nothing is different" in out.splitlines()
    assert [first["id"]] * 2 == [one["event"]["replayof"] for one in (second, third)]


@pytest.mark.parametrize(("answer", "made"), [("y\n", 1), ("n\n", 0)])
def test_it_asks_first(
    endpoint: Endpoint, run: Run, called: str, monkeypatch: pytest.MonkeyPatch, answer: str, made: int
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    code, out, _ = run("requests", "retry", called)
    assert 0 == code
    assert "Record them, and deliver them? [y/N]" in out
    assert 1 + made == len(events(endpoint))


def test_what_would_be_refused_today_is_3_with_every_violation(endpoint: Endpoint, run: Run, called: str) -> None:
    change_contract(
        endpoint, 'one = { type = "string", required = true }', 'two = { type = "string", required = true }'
    )
    code, out, err = run("requests", "retry", called, "--yes")
    assert (3, "") == (code, out)
    assert err.startswith("✗ it would be refused today: contract_violation: ")
    assert ["  /one", "  /two"] == [line[:6] for line in err.splitlines()[1:]]
    assert 1 == len(events(endpoint))


@pytest.mark.usefixtures("called")
def test_a_repeat_is_not_retried(endpoint: Endpoint, run: Run) -> None:
    answer = requests.post(
        f"{endpoint.url}/pbx/call-ended", json={"call_id": "4711", "tariff": "night"}, timeout=10,
        headers={"Idempotency-Key": "k"},
    )  # fmt: skip
    code, out, err = run("requests", "retry", answer.json()["requestId"], "--yes")
    assert (2, "") == (code, out)
    assert f"is a duplicate; its event is {answer.json()['eventId']}, of another request" in err


def test_a_refused_request_is_not_retried(run: Run, filled: Filled) -> None:
    code, out, err = run("requests", "retry", filled.refused)
    assert (2, "") == (code, out)
    assert f"request {filled.refused} was refused: it isn't kept whole" in err


@pytest.mark.usefixtures("filled")
def test_a_request_that_is_not_there_is_told(run: Run) -> None:
    code, out, err = run("requests", "retry", "4711x")
    assert (2, "") == (code, out)
    assert "no request 4711x" in err

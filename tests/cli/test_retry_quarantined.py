"""`gateway requests retry --state quarantined`: what waited for the configuration to be mended comes in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from gateway.settings import Document
from gateway.store.history import Selection
from tests.cli.conftest import Endpoint, Run
from tests.configured import ANYBODY, JOURNAL, TO_CRM, a_document

DIGEST = 'idempotency = { key = "digest" }\n'
READABLE = 'templates = [\'{"call_id":"#id#","notes":"#notes#"}\']\n'
FORGIVING = ANYBODY + 'on_invalid = "quarantine"\n' + DIGEST
BROKEN = '{"call_id":"%d","notes":"said "no""}'
HOPELESS = '{"call_id"'


@pytest.fixture
def document(tmp_path: Path) -> Document:
    return a_document(tmp_path, FORGIVING + JOURNAL + TO_CRM)


@pytest.fixture
def call(endpoint: Endpoint) -> Callable[[str], str]:
    """Makes a call; the id of what is kept of it."""

    def called(body: str) -> str:
        answer = requests.post(
            f"{endpoint.url}/pbx/call-ended", body, timeout=10, headers={"Content-Type": "application/json"}
        )
        assert (202, "quarantined") == (answer.status_code, answer.json()["status"])
        return str(answer.json()["requestId"])

    return called


def mend(document: Document) -> None:
    a_document(document.folder, FORGIVING + READABLE + JOURNAL + TO_CRM)


def states(endpoint: Endpoint) -> dict[str, str]:
    return {item["id"]: item["state"] for item in endpoint.store.history.requests(Selection(limit=0))}


def test_it_is_listed_and_shown_with_every_violation(run: Run, call: Callable[[str], str]) -> None:
    identity = call(HOPELESS)
    _, out, _ = run("requests", "list", "--state", "quarantined", "--json")
    assert [identity] == [json.loads(line)["id"] for line in out.splitlines()]
    _, out, _ = run("requests", "show", identity, "--json")
    shown = json.loads(out)
    assert ("quarantined", "malformed", HOPELESS) == (shown["state"], shown["reason"], shown["body"])
    (violation,) = shown["violations"]
    assert "" == violation["path"]
    assert "the body is not JSON" in violation["message"]


def test_one_is_brought_in_with_its_time_of_receipt(
    document: Document, endpoint: Endpoint, run: Run, call: Callable[[str], str]
) -> None:
    identity = call(BROKEN % 1)
    assert 3 == run("requests", "retry", identity, "--yes")[0]
    mend(document)
    code, out, err = run("requests", "retry", identity, "--yes")
    assert (0, "") == (code, err)
    assert "goes to crm (route all)" in out
    (event,) = endpoint.store.history.events(Selection())
    assert (identity, 1) == (event["requestId"], event["deliveries"]["waiting"])
    kept = endpoint.store.history.request(identity)
    assert kept is not None
    assert ("accepted", None, [event["id"]]) == (kept["state"], kept["reason"], kept["eventIds"])
    assert kept["receivedAt"] == event["receivedAt"]


def test_all_are_shown_before_any_is_made(
    document: Document, endpoint: Endpoint, run: Run, call: Callable[[str], str]
) -> None:
    good, bad = call(BROKEN % 1), call(HOPELESS)
    mend(document)
    code, out, _ = run("requests", "retry", "--state", "quarantined", "--dry-run")
    assert 0 == code
    assert [f"✓ {good} call.ended", f"✗ {bad} malformed: the body is not JSON"] == [
        line.partition(": Expecting")[0] for line in out.splitlines()[:2]
    ]
    assert "1 of 2 can be read now" == out.splitlines()[2]
    assert {"quarantined"} == set(states(endpoint).values())


def test_all_that_can_be_read_are_brought_in_and_repeats_are_one_event(
    document: Document, endpoint: Endpoint, run: Run, call: Callable[[str], str]
) -> None:
    first, again, other, bad = call(BROKEN % 1), call(BROKEN % 1), call(BROKEN % 2), call(HOPELESS)
    mend(document)
    code, out, _ = run("requests", "retry", "--state", "quarantined", "--source", "pbx", "--yes")
    assert (0, "✓ 2 accepted, 1 repeats of what was recorded meanwhile") == (code, out.splitlines()[-1])
    assert {first: "accepted", again: "duplicate", other: "accepted", bad: "quarantined"} == states(endpoint)
    assert 2 == len(list(endpoint.store.history.events(Selection())))


@pytest.mark.parametrize("arguments", [(), ("an-id", "--state", "quarantined")])
def test_it_has_to_be_said_which(run: Run, arguments: tuple[str, ...]) -> None:
    code, _, err = run("requests", "retry", *arguments)
    assert 2 == code
    assert "say which: an id, or --state quarantined" in err

"""`gateway requests retry --state quarantined`: what waited for the configuration to be mended comes in."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import requests

from gateway.assembly import Workshop
from gateway.settings import Document
from gateway.store.history import Selection
from tests.builders import NOON
from tests.cli.conftest import Endpoint, Run
from tests.configured import ANYBODY

DIGEST = 'idempotency = { key = "digest" }\n'
READABLE = 'templates = [\'{"call_id":"#id#","notes":"#notes#"}\']\n'
FORGIVING = ANYBODY + DIGEST + 'on_invalid = "quarantine"\n'
BROKEN = '{"call_id":"%d","notes":"said "no""}'
HOPELESS = '{"call_id"'


@pytest.fixture
def sources() -> str:
    return FORGIVING


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
    """Tell the gateway the template by which the calls were made."""
    text = document.path.read_text(encoding="utf-8")
    document.path.write_text(text.replace(FORGIVING, FORGIVING + READABLE), encoding="utf-8")


def states(endpoint: Endpoint) -> dict[str, str]:
    return {item["id"]: item["state"] for item in endpoint.store.history.requests(Selection(limit=0))}


def test_it_is_listed_and_shown_with_every_violation(run: Run, call: Callable[[str], str]) -> None:
    identity = call(HOPELESS)
    _, out, _ = run("requests", "list", "--state", "quarantined", "--json")
    assert [identity] == [json.loads(line)["id"] for line in out.splitlines()]
    _, out, _ = run("requests", "list", "--state", "quarantined")
    assert out.splitlines()[1].endswith("  malformed: the body is not JSON: Expecting ':' delimiter: l…")
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
    code, _, err = run("requests", "retry", identity, "--yes")
    assert 3 == code
    assert err.startswith("✗ it goes on waiting: malformed: the body is not JSON: ")
    mend(document)
    code, out, err = run("requests", "retry", identity, "--yes")
    assert (0, "") == (code, err)
    assert "goes to crm (route all)" in out
    (event,) = endpoint.store.history.events(Selection())
    assert (identity, 1) == (event["requestId"], event["deliveries"]["waiting"])
    kept = endpoint.store.history.request(identity)
    assert kept is not None
    assert ("accepted", None, []) == (kept["state"], kept["reason"], kept["violations"])
    assert [event["id"]] == kept["eventIds"]
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


def test_a_change_that_the_gateway_was_not_told_of_is_said_to_count_not_yet(
    document: Document, endpoint: Endpoint, run: Run, call: Callable[[str], str]
) -> None:
    identity = call(BROKEN % 1)
    files = Document.at(document.path)
    Workshop().build(files, 0)
    revision = endpoint.store.revisions.put_in_force(files.files, "ann", NOON)
    assert "note: " not in run("requests", "retry", identity, "--dry-run")[2]
    mend(document)
    code, _, err = run("requests", "retry", identity, "--dry-run")
    assert 3 == code
    told = "note: gateway.toml changed, and the gateway was not told (kill -HUP): what follows is by revision"
    assert f"{told} {revision}, which is in force" == err.splitlines()[0]
    (document.folder / "contract.toml").unlink()
    assert "note: contract.toml and gateway.toml changed" in run("requests", "retry", identity, "--dry-run")[2]

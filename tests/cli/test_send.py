"""`gateway send`: a call through the real endpoint, each step shown."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.model.delivery import Outcome
from gateway.settings import Document
from gateway.store.history import Selection
from tests.cli.conftest import Endpoint, Run, settle
from tests.configured import ANYBODY, another, unusable

RINGCX = ANYBODY.replace("contract =", "preset =").replace("contract.toml", "ringcx")


def sent(endpoint: Endpoint) -> list[dict[str, Any]]:
    """The data of the events that came, oldest first."""
    history = endpoint.store.history
    found = [history.event(item["id"]) for item in history.events(Selection())]
    return [one["event"]["data"] for one in reversed(found) if one is not None]


def settled_at_once(endpoint: Endpoint, outcome: Outcome, error: str = "") -> None:
    """Whatever is recorded comes to `outcome`, as a worker beside it would have it."""

    def ring() -> None:
        worker = another(endpoint.store)
        settle(worker, outcome, error)
        worker.close()

    endpoint.woke.append(ring)


@pytest.mark.parametrize("protocol", ["json", "soap12"])
def test_a_call_is_sent_and_its_receipt_shown(endpoint: Endpoint, run: Run, protocol: str) -> None:
    code, out, err = run("send", "pbx", "call-ended", "--protocol", protocol)
    (event,) = endpoint.store.history.events(Selection())
    assert (0, "") == (code, err)
    assert [
        f"→ call.ended to {endpoint.url}/pbx by {protocol}",
        f"✓ accepted: event {event['id']}, request {event['requestId']}",
    ] == out.splitlines()
    assert protocol == event["binding"]


@pytest.mark.parametrize("event", ["call-ended", "call.ended", "post-call"])
def test_an_event_goes_by_any_of_its_names(endpoint: Endpoint, run: Run, event: str) -> None:
    assert 0 == run("send", "pbx", event)[0]
    assert ["202603161015020132120000041177"] == [data["call_id"] for data in sent(endpoint)]


def test_a_field_is_set_and_counts_more_than_the_file(endpoint: Endpoint, run: Run, tmp_path: Path) -> None:
    (tmp_path / "call.json").write_text('{"call_id": "1", "notes": "from the file"}', encoding="utf-8")
    options = ("--data", str(tmp_path / "call.json"), "--set", "call_id=2", "--set", "ani=a=b")
    assert 0 == run("send", "pbx", "call-ended", *options)[0]
    assert [{"call_id": "2", "ani": "a=b", "notes": "from the file"}] == sent(endpoint)


def test_data_comes_from_standard_input(endpoint: Endpoint, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"call_id": "Zoë"})))
    assert 0 == run("send", "pbx", "call-ended", "--data", "-")[0]
    assert [{"call_id": "Zoë"}] == sent(endpoint)


def test_a_call_is_sent_as_often_as_is_asked(endpoint: Endpoint, run: Run) -> None:
    assert 0 == run("send", "pbx", "call-ended", "--count", "3")[0]
    assert 3 == len(sent(endpoint))


def test_a_refusal_is_3_with_every_violation(endpoint: Endpoint, run: Run) -> None:
    code, out, err = run("send", "pbx", "call-ended", "--set", "duration=x", "--set", "segment=0")
    assert 3 == code
    assert "✓" not in out
    for told in ("✗ refused: HTTP 422 contract_violation", "\n  /duration ", "\n  /segment "):
        assert told in err
    assert [] == sent(endpoint)


@pytest.mark.parametrize("sources", [RINGCX])
@pytest.mark.parametrize("protocol", ["json", "form", "query", "xml", "soap11", "soap12", "cloudevents"])
def test_a_preset_is_called_by_every_protocol_and_answers_with_a_receipt(
    endpoint: Endpoint, run: Run, protocol: str
) -> None:
    code, out, err = run("send", "pbx", "post-call", "--protocol", protocol)
    (event,) = endpoint.store.history.events(Selection())
    assert (0, "") == (code, err)
    assert f"✓ accepted: event {event['id']}, request {event['requestId']}" in out


@pytest.mark.parametrize("sources", [RINGCX])
@pytest.mark.parametrize("protocol", ["json", "soap11"])
def test_what_waits_in_quarantine_is_3_with_why_and_where_to_look(endpoint: Endpoint, run: Run, protocol: str) -> None:
    code, out, err = run("send", "pbx", "post-call", "--protocol", protocol, "--set", "duration=soon", "--follow")
    (request,) = endpoint.store.history.requests(Selection(state="quarantined"))
    assert (3, f"→ call.ended to {endpoint.url}/pbx by {protocol}\n") == (code, out)
    assert f"✗ quarantined: request {request['id']}; see: gateway requests show {request['id']}\n" in err
    assert "  kept, and not understood: /duration must be a duration" in err


@pytest.mark.parametrize("sources", [RINGCX])
def test_what_the_gateway_notes_is_shown(endpoint: Endpoint, run: Run) -> None:
    code, out, _ = run("send", "pbx", "post-call", "--set", "call_start=2026-03-16 18:15:02")
    assert (0, 1) == (code, len(sent(endpoint)))
    assert "  call_start is 8 h after the time in call_id: see time_zone" == out.splitlines()[-1]


def test_the_configurations_credentials_are_used_and_others_where_they_are_given(endpoint: Endpoint, run: Run) -> None:
    assert 0 == run("send", "guarded", "call-ended")[0]
    code, out, err = run("send", "guarded", "call-ended", "--user", "pbx:wrong")
    assert 3 == code
    assert "unauthenticated" in err
    assert "hunter2" not in out + err
    assert 1 == len(sent(endpoint))


def test_a_store_that_takes_nothing_is_6(endpoint: Endpoint, run: Run) -> None:
    with unusable(endpoint.store):
        code, _, err = run("send", "pbx", "call-ended")
        assert 6 == code
        assert "HTTP 503 store_unavailable" in err


def test_followed_to_its_delivery_it_is_0(endpoint: Endpoint, run: Run) -> None:
    settled_at_once(endpoint, Outcome.DELIVERED)
    code, out, _ = run("send", "pbx", "call-ended", "--follow", "10s")
    assert (0, "  crm: delivered, attempt 1") == (code, out.splitlines()[-1])


def test_followed_to_a_dead_letter_it_is_4(endpoint: Endpoint, run: Run) -> None:
    settled_at_once(endpoint, Outcome.REFUSED, "HTTP 400: no")
    code, out, _ = run("send", "pbx", "call-ended", "--follow")
    assert (4, "  crm: dead, attempt 1: HTTP 400: no") == (code, out.splitlines()[-1])


def test_not_delivered_in_time_it_is_5(endpoint: Endpoint, run: Run) -> None:
    code, out, err = run("send", "pbx", "call-ended", "--follow", "50ms")
    assert (5, "  crm: waiting, attempt 0") == (code, out.splitlines()[-1])
    assert err.startswith("… not delivered within 0.05 s; see: gateway events show ")
    assert 1 == len(sent(endpoint))


def test_followed_where_no_route_takes_it_it_is_0_and_says_so(endpoint: Endpoint, run: Run) -> None:
    code, out, _ = run("send", "pbx", "agent-segment-ended", "--follow", "10s")
    assert (0, "· no route takes this event: nothing to deliver") == (code, out.splitlines()[-1])
    assert 1 == len(sent(endpoint))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nobody", "call-ended"], "no source 'nobody'; there are: pbx"),
        (["pbx", "nothing"], "no event 'nothing'; there are: call-ended, agent-segment-ended,"),
        (["pbx", "call-ended", "--set", "call_id"], "--set takes FIELD=VALUE, not 'call_id'"),
        (["pbx", "call-ended", "--protocol", "pigeon"], "'pigeon' is not one of"),
        (["pbx", "call-ended", "--count", "many"], "'many' is not a valid integer"),
        (["pbx", "call-ended", "--count", "0"], "0 is not in the range x>=1"),
        (["pbx", "call-ended", "--data", "/nowhere"], "--data /nowhere: "),
        (["pbx", "call-ended", "--data", "contract.toml"], "--data contract.toml: "),
    ],
)
@pytest.mark.usefixtures("document")
def test_wrong_arguments_are_2_and_nothing_is_sent(run: Run, arguments: list[str], told: str) -> None:
    code, out, err = run("send", *arguments)
    assert (2, "") == (code, out)
    assert told in err


def test_where_no_gateway_runs_it_is_2_with_a_hint(endpoint: Endpoint, run: Run) -> None:
    text = endpoint.document.path.read_text(encoding="utf-8")
    port = endpoint.document.settings().listen[1]
    endpoint.document.path.write_text(text.replace(f":{port}", ":1"), encoding="utf-8")
    code, _, err = run("send", "pbx", "call-ended")
    assert 2 == code
    assert "nothing answers at http://127.0.0.1:1/in/pbx" in err
    assert "is `gateway run` running?" in err


def test_a_bad_configuration_is_2(document: Document, run: Run) -> None:
    document.path.write_text("listn = 1\n", encoding="utf-8")
    assert 2 == run("send", "pbx", "call-ended")[0]

"""One event by any door of a source, as real callers send it."""

from __future__ import annotations

import pytest
import requests

from gateway.authenticators import Proof
from gateway.cli.doors import PROTOCOLS, Refused, Sender
from gateway.contracts.load import load
from gateway.model.contract import Contract, Type
from gateway.model.sample import sample
from tests.builders import a_field, an_event_type
from tests.cli.conftest import Endpoint
from tests.configured import NESTED
from tests.running import free_port

ANYBODY = Proof()


def a_sender(endpoint: Endpoint, calls: Contract, source: str = "pbx", proof: Proof = ANYBODY) -> Sender:
    return Sender(f"{endpoint.url}/{source}", calls, proof)


def test_a_sample_is_the_contracts_examples_and_what_is_required() -> None:
    event = an_event_type(
        a_field("call_id", required=True, example="4711"),
        a_field("segment", Type.INTEGER, required=True),
        a_field("held", Type.BOOLEAN, required=True),
        a_field("day", Type.DATE, required=True),
        a_field("at", Type.DATE_TIME, required=True),
        a_field("queue", required=True),
        a_field("notes"),
        a_field("agent", example="Ana"),
    )
    assert {
        "call_id": "4711", "segment": "1", "held": "true", "day": "2026-03-16", "at": "2026-03-16T14:15:02Z",
        "queue": "x", "agent": "Ana",
    } == sample(event)  # fmt: skip


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_event_gets_in_by_any_door(endpoint: Endpoint, calls: Contract, protocol: str) -> None:
    receipt = a_sender(endpoint, calls).send(calls.events["call.ended"], {"call_id": "4711"}, protocol)
    assert "accepted" == receipt["status"]
    event = endpoint.store.history.event(receipt["eventId"])
    assert event is not None
    assert (protocol, {"call_id": "4711"}) == (event["binding"], event["event"]["data"])


def test_a_sample_of_every_event_has_the_same_data_by_every_door(endpoint: Endpoint, calls: Contract) -> None:
    sender = a_sender(endpoint, calls)
    for event in calls.events.values():
        receipts = [sender.send(event, sample(event), protocol) for protocol in PROTOCOLS]
        found = [endpoint.store.history.event(receipt["eventId"]) for receipt in receipts]
        assert 1 == len({str(one["event"]["data"]) for one in found if one is not None})
        assert None not in found


@pytest.mark.parametrize(
    ("protocol", "status", "found"),
    [("json", 422, "contract_violation"), ("query", 422, "/duration"), ("soap11", 500, "/duration")],
)
def test_a_refusal_is_told_as_it_was_answered(
    endpoint: Endpoint, calls: Contract, protocol: str, status: int, found: str
) -> None:
    with pytest.raises(Refused) as caught:
        a_sender(endpoint, calls).send(calls.events["call.ended"], {"call_id": "1", "duration": "-5"}, protocol)
    assert status == caught.value.status
    assert found in str(caught.value)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_credentials_open_a_guarded_source(endpoint: Endpoint, calls: Contract, protocol: str) -> None:
    event = calls.events["call.ended"]
    with pytest.raises(Refused, match="credentials are missing"):
        a_sender(endpoint, calls, "guarded").send(event, {"call_id": "1"}, protocol)
    sender = a_sender(endpoint, calls, "guarded", Proof({"Authorization": "Basic cGJ4Omh1bnRlcjI="}))
    assert "accepted" == sender.send(event, {"call_id": "1"}, protocol)["status"]


def test_where_nothing_answers_the_network_says_so(calls: Contract) -> None:
    sender = Sender(f"http://127.0.0.1:{free_port()}/in/pbx", calls)
    with pytest.raises(requests.ConnectionError):
        sender.send(calls.events["call.ended"], {"call_id": "1"}, "json")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nested_data_goes_by_any_door(endpoint: Endpoint, calls: Contract, protocol: str) -> None:
    del calls
    nested = load(NESTED, "nested")
    event = nested.events["call.ended"]
    receipt = Sender(f"{endpoint.url}/nested", nested).send(event, sample(event), protocol)
    assert "accepted" == receipt["status"]

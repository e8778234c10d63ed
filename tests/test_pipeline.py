"""The two straight lines: a request becomes events or a refusal, a delivery becomes an attempt."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gateway import __version__
from gateway.current import Current
from gateway.errors import (
    ContractViolation,
    DeliveryError,
    Refused,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnknownOperation,
    UnknownSource,
)
from gateway.model.delivery import Attempt, Outcome, Reply, State
from gateway.model.receipt import Receipt, Status
from gateway.model.request import Request
from gateway.pipeline import Gateway
from gateway.store.history import Selection
from gateway.store.store import Store
from tests.builders import NOON, a_delivery, a_request
from tests.configured import ANYBODY, BASIC, JOURNAL, TO_CRM, Kind, a_gateway, with_kind

JSON = {"content-type": "application/json"}
CALL = b'{"call_id":"4711"}'


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    monkeypatch.setenv("PBX_PASSWORD", "hunter2")
    small = ANYBODY.replace("sources.pbx", "sources.small") + 'max_body = "10B"\n'
    return a_gateway(tmp_path, ANYBODY + BASIC.replace("sources.pbx", "sources.guarded") + small + JOURNAL + TO_CRM)


def a_call(body: bytes = CALL, *, headers: dict[str, str] | None = None, **more: str) -> Request:
    return a_request(body, headers=JSON | (headers or {}), loaded=False, **{"event": "call-ended"} | more)


def received(gateway: Gateway, store: Store, request: Request) -> Receipt:
    return gateway.receive(request, store.inbox)


def test_a_call_becomes_an_event_and_its_deliveries(gateway: Gateway, store: Store) -> None:
    request = a_call()
    receipt = received(gateway, store, request)
    assert (request.request_id, Status.ACCEPTED, NOON) == (receipt.request_id, receipt.status, receipt.received_at)
    event = store.history.event(receipt.event_ids[0])
    assert event is not None
    assert {"call_id": "4711"} == event["event"]["data"]
    assert ("call.ended", "/in/pbx", "4711", "json", "anonymous") == (
        event["type"], event["source"], event["subject"], event["binding"], event["caller"],
    )  # fmt: skip
    (delivery,) = event["deliveryList"]
    assert ("all", "crm", "waiting") == (delivery["route"], delivery["destination"], delivery["state"])


def test_a_list_becomes_one_event_an_item(gateway: Gateway, store: Store) -> None:
    receipt = received(gateway, store, a_call(b'[{"call_id":"1"},{"call_id":"2"}]'))
    assert receipt.is_list
    assert ["2", "1"] == [event["subject"] for event in store.history.events(Selection())]


def test_one_bad_item_of_a_list_leaves_nothing_behind(gateway: Gateway, store: Store) -> None:
    with pytest.raises(ContractViolation) as caught:
        received(gateway, store, a_call(b'[{"call_id":"1"},{"duration":"x"}]'))
    assert ["/1/call_id", "/1/duration"] == sorted(one.path for one in caught.value.violations)
    assert [] == list(store.history.requests(Selection()))


def test_an_unknown_source_is_refused_first(gateway: Gateway, store: Store) -> None:
    with pytest.raises(UnknownSource, match="no source 'nobody' is configured"):
        received(gateway, store, a_call(b"x" * 2**10, source="nobody"))


def test_a_body_that_announces_too_much_is_refused_before_any_of_it_is_read(gateway: Gateway, store: Store) -> None:
    request = a_call(source="small")
    with pytest.raises(TooLarge, match="the body has 18 bytes; at most 10 are taken"):
        received(gateway, store, request)
    assert request.incoming.so_far == b""


def test_a_stranger_is_refused_before_the_body_is_read(gateway: Gateway, store: Store) -> None:
    request = a_call(b"{", source="guarded")
    with pytest.raises(Unauthenticated):
        received(gateway, store, request)
    assert request.incoming.so_far == b""


def test_who_proved_their_name_is_the_caller_of_the_event(gateway: Gateway, store: Store) -> None:
    credentials = "Basic " + base64.b64encode(b"pbx:hunter2").decode()
    receipt = received(gateway, store, a_call(headers={"authorization": credentials}, source="guarded"))
    event = store.history.event(receipt.event_ids[0])
    assert event is not None and event["caller"] == "pbx"
    request = store.history.request(receipt.request_id)
    assert request is not None and request["headers"]["authorization"] == "••••"


@pytest.mark.parametrize(("version", "event"), [("2", "call-ended"), ("1", "call-began")])
def test_an_unknown_version_or_event_is_no_operation(gateway: Gateway, store: Store, version: str, event: str) -> None:
    with pytest.raises(UnknownOperation):
        received(gateway, store, a_call(version=version, event=event))


def test_the_version_of_the_contract_may_stand_in_the_path(gateway: Gateway, store: Store) -> None:
    assert Status.ACCEPTED is received(gateway, store, a_call(version="1")).status


def test_the_same_call_under_the_same_key_is_a_duplicate(gateway: Gateway, store: Store) -> None:
    first, again = (received(gateway, store, a_call(headers={"idempotency-key": "k"})) for _ in range(2))
    assert (Status.DUPLICATE, first.event_ids) == (again.status, again.event_ids)
    assert again.request_id != first.request_id
    assert 1 == len(list(store.history.deliveries(Selection())))


@pytest.mark.parametrize(("body", "event"), [(b'{"call_id":"4712"}', "call-ended"), (CALL, "agent-segment-ended")])
def test_another_call_under_the_same_key_is_refused(gateway: Gateway, store: Store, body: bytes, event: str) -> None:
    received(gateway, store, a_call(headers={"idempotency-key": "k"}))
    with pytest.raises(ContractViolation) as caught:
        received(gateway, store, a_call(body, headers={"idempotency-key": "k"}, event=event))
    assert [""] == [one.path for one in caught.value.violations]


def test_calls_without_a_key_are_never_duplicates(gateway: Gateway, store: Store) -> None:
    assert [Status.ACCEPTED] * 2 == [received(gateway, store, a_call()).status for _ in range(2)]


@pytest.mark.parametrize(
    ("content_type", "body", "status", "found"),
    [
        ("application/json", b"", 404, b'"reason":"unknown_source"'),
        ("text/xml", b'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"/>', 500, b"soap:Client"),
        ("application/soap+xml", b"", 400, b"soap:Sender"),
    ],
)
def test_a_refusal_speaks_the_callers_dialect_even_where_the_source_is_unknown(
    gateway: Gateway, content_type: str, body: bytes, status: int, found: bytes
) -> None:
    request = a_request(body, headers={"content-type": content_type}, source="nobody", loaded=False)
    answer = gateway.refuse(request, UnknownSource("no source 'nobody' is configured"))
    assert status == answer.status
    assert found in answer.body


def attempted(gateway: Gateway, does: Reply | Exception, attempt: int = 1) -> Attempt:
    def do() -> Reply:
        if isinstance(does, Exception):
            raise does
        return does

    changed = with_kind(gateway, "crm", Kind(do))
    return asyncio.run(changed.deliver(a_delivery(attempt=attempt), lambda: NOON))


@pytest.mark.parametrize(
    ("does", "outcome", "state", "status", "error"),
    [
        (Reply(204), Outcome.DELIVERED, State.DELIVERED, 204, ""),
        (Refused("HTTP 400", status=400), Outcome.REFUSED, State.DEAD, 400, "HTTP 400"),
        (Unavailable("HTTP 503", status=503), Outcome.UNAVAILABLE, State.WAITING, 503, "HTTP 503"),
        (DeliveryError("odd"), Outcome.UNAVAILABLE, State.WAITING, None, "odd"),
        (TimeoutError(), Outcome.UNAVAILABLE, State.WAITING, None, "no answer within 30 s"),
        (KeyError("x"), Outcome.UNAVAILABLE, State.WAITING, None, "our bug: KeyError: 'x'"),
    ],
)
def test_whatever_a_kind_does_becomes_an_attempt(
    gateway: Gateway, does: Reply | Exception, outcome: Outcome, state: State, status: int | None, error: str
) -> None:
    attempt = attempted(gateway, does)
    assert (outcome, state, status, error) == (attempt.outcome, attempt.state, attempt.status, attempt.error)
    assert attempt.started_at == NOON
    assert (state is State.WAITING) == (attempt.due_at is not None)


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 10), (2, 30), (3, 90), (9, 21_600), (11, 21_600)])
def test_each_retry_waits_longer(gateway: Gateway, attempt: int, seconds: float) -> None:
    due_at = attempted(gateway, Unavailable("down"), attempt).due_at
    assert due_at is not None
    assert 0.9 * seconds <= (due_at - NOON).total_seconds() <= 1.1 * seconds


def test_after_the_last_try_the_delivery_is_dead(gateway: Gateway) -> None:
    attempt = attempted(gateway, Unavailable("down"), attempt=12)
    assert (Outcome.UNAVAILABLE, State.DEAD, None) == (attempt.outcome, attempt.state, attempt.due_at)


@pytest.mark.parametrize(("asked", "expected"), [(120, timedelta(seconds=120)), (10**6, timedelta(hours=6))])
def test_a_retry_after_is_kept_up_to_the_longest(gateway: Gateway, asked: float, expected: timedelta) -> None:
    assert NOON + expected == attempted(gateway, Unavailable("down", retry_after=asked)).due_at


def test_a_payload_is_the_structured_event_with_the_headers_of_standard_webhooks(gateway: Gateway) -> None:
    delivery = a_delivery()
    payload = gateway.payload_of(delivery, NOON + timedelta(milliseconds=700))
    assert payload.body == delivery.event.structured()
    assert payload.content_type == "application/cloudevents+json"
    assert {
        "webhook-id": delivery.webhook_id,
        "webhook-timestamp": str(int(NOON.timestamp())),
        "User-Agent": f"endpoint-gateway/{__version__}",
    } == {name: value for name, value in payload.headers.items() if name != "traceparent"}
    trace = delivery.event.id.replace("-", "")
    assert re.fullmatch(f"00-{trace}-[0-9a-f]{{16}}-01", payload.headers["traceparent"])


def test_a_replayed_delivery_says_by_which_replay_and_is_else_the_same(gateway: Gateway) -> None:
    delivery = a_delivery()
    live, again = (gateway.payload_of(one, NOON) for one in (delivery, replace(delivery, replay=7)))
    assert "gateway-replay" not in live.headers
    assert "7" == again.headers["gateway-replay"]
    assert (live.body, live.headers["webhook-id"]) == (again.body, again.headers["webhook-id"])


def test_attempts_of_one_event_share_a_trace_and_no_span(gateway: Gateway) -> None:
    delivery = a_delivery()
    first, second = (gateway.payload_of(delivery, NOON).headers["traceparent"].split("-") for _ in range(2))
    assert first[1] == second[1] and first[2] != second[2]


@pytest.fixture
def built() -> list[int]:
    """The revisions that were asked for."""
    return []


@pytest.fixture
def in_force(gateway: Gateway, built: list[int]) -> Current:
    """Revision 1; each newer one can be built, but for 3."""

    def build(number: int) -> Gateway:
        built.append(number)
        if number == 3:
            raise UnknownSource("it is broken")
        return replace(gateway, revision=number)

    return Current(gateway, build)


def test_a_newer_revision_is_put_in_force_once(in_force: Current, built: list[int]) -> None:
    assert [False, True, False, False] == [in_force.follow(number) for number in (1, 2, 2, 1)]
    assert ([2], 2, "") == (built, in_force.gateway.revision, in_force.failed)


def test_one_that_can_not_be_built_leaves_the_old_in_force_and_is_told(in_force: Current, built: list[int]) -> None:
    assert [True, False, False] == [in_force.follow(number) for number in (2, 3, 3)]
    assert ([2, 3], 2) == (built, in_force.gateway.revision)
    assert in_force.failed == "revision 3 can't be built: it is broken"


def test_the_next_that_can_be_built_is_in_force_again(in_force: Current) -> None:
    assert [False, True] == [in_force.follow(number) for number in (3, 4)]
    assert (4, "") == (in_force.gateway.revision, in_force.failed)


def test_the_receipt_is_answered_in_the_dialect_of_the_call(gateway: Gateway, store: Store) -> None:
    request = a_call()
    answer = gateway.accept(request, received(gateway, store, request))
    assert (202, "application/json") == (answer.status, answer.content_type)
    assert request.request_id == json.loads(answer.body)["requestId"]


def test_the_time_of_receipt_is_the_requests_and_not_the_clocks(gateway: Gateway, store: Store) -> None:
    early = datetime.fromisoformat("2020-01-01T00:00:00Z")
    request = a_request(CALL, headers=JSON, event="call-ended", loaded=False, received_at=early)
    event = store.history.event(received(gateway, store, request).event_ids[0])
    assert event is not None
    assert ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z") == (event["receivedAt"], event["time"])


def test_what_has_no_route_any_more_waits_and_is_not_counted(gateway: Gateway) -> None:
    kind = Kind(lambda: Reply(204))
    delivery = a_delivery(route="renamed")
    attempt = asyncio.run(with_kind(gateway, "crm", kind).deliver(delivery, lambda: NOON))
    assert (State.WAITING, "unconfigured", False) == (attempt.state, attempt.error, attempt.is_counted)
    assert [] == kind.calls


def test_one_that_wants_no_more_of_anything_says_so(gateway: Gateway) -> None:
    attempt = attempted(gateway, Refused("HTTP 410", status=410, pauses=True))
    assert (State.DEAD, True) == (attempt.state, attempt.pauses)


def test_a_routes_fields_take_the_place_of_the_data(tmp_path: Path) -> None:
    gateway = a_gateway(tmp_path, ANYBODY + JOURNAL + TO_CRM + 'fields = { id = "#call_id#", what = "#event.type#" }\n')
    payload = gateway.payload_of(a_delivery(), NOON)
    assert (b'{"id":"4711","what":"call.ended"}', "application/json") == (payload.body, payload.content_type)
    assert "4711" == payload.attributes["ce-subject"]


def test_what_cannot_be_filled_is_a_dead_letter_that_names_the_tag(tmp_path: Path) -> None:
    gateway = a_gateway(tmp_path, ANYBODY + JOURNAL + TO_CRM + 'fields = { agent = "#agent_id#" }\n')
    attempt = asyncio.run(gateway.deliver(a_delivery(), lambda: NOON))
    assert (State.DEAD, "unresolved tag #agent_id#") == (attempt.state, attempt.error)

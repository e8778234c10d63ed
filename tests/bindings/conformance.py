"""The sentences that every binding must satisfy: what it reads it accepts, and what it doesn't it refuses, validly."""

from __future__ import annotations

import pytest

from gateway.bindings import Binding
from gateway.errors import (
    ContractViolation,
    Internal,
    Malformed,
    NotUnderstood,
    Refusal,
    StoreUnavailable,
    TimedOut,
    TooLarge,
    TooMany,
    Unauthenticated,
    UnknownOperation,
    UnknownSource,
    UnsupportedMedia,
    VersionMismatch,
    Violation,
)
from gateway.model.receipt import Receipt, Status
from gateway.model.request import Answer, Request
from tests.builders import NOON, a_request

CHALLENGE = {"WWW-Authenticate": 'Basic realm="x"'}
REFUSALS: list[Refusal] = [
    UnknownSource("no source"),
    Unauthenticated("who?", headers=CHALLENGE),
    UnknownOperation("no operation"),
    Malformed("control \0\x01\x1f and surrogate \ud800 and <&>"),
    UnsupportedMedia("what?"),
    TooLarge("too large"),
    ContractViolation("two", violations=[Violation("/a", "is \0 <bad>"), Violation("", "is worse")]),
    TooMany("slower", retry_after=7),
    StoreUnavailable("later", retry_after=7),
    TimedOut("too slow"),
    NotUnderstood("what?"),
    VersionMismatch("which?"),
    Internal("ours"),
]


def a_receipt(**more: object) -> Receipt:
    values: dict[str, object] = {
        "request_id": "r-1",
        "event_ids": ("e-1",),
        "status": Status.ACCEPTED,
        "received_at": NOON,
    }
    return Receipt(**values | more)  # type: ignore[arg-type]


class Conformance:
    """Name the binding, a request that it reads, and how its answers are read; the rest follows."""

    binding: Binding
    read_type: str
    accepted_status: int
    refused_type: str
    names: tuple[str, ...]
    """The names under which a request's `binding` may be recorded."""

    def a_good_request(self) -> Request:
        raise NotImplementedError

    def told(self, answer: Answer) -> dict[str, object]:
        """The members of a receipt, or `reason` and `violations` of a refusal."""
        raise NotImplementedError

    def status_of(self, error: Refusal) -> int:
        raise NotImplementedError

    def test_a_good_request_gives_its_message_and_its_name(self) -> None:
        request = self.a_good_request()
        (message,) = self.binding.read(request)
        assert ("call.ended", "4711") == (message.event.name, message.data["call_id"])
        assert request.binding in self.names

    def test_reading_twice_gives_the_same(self) -> None:
        assert self.binding.read(self.a_good_request()) == self.binding.read(self.a_good_request())

    def test_an_empty_request_is_malformed(self) -> None:
        with pytest.raises(Malformed):
            self.binding.read(a_request(b""))

    @pytest.mark.parametrize("status", list(Status))
    def test_the_receipt_is_told(self, status: Status) -> None:
        request = self.a_good_request()
        self.binding.read(request)
        answer = self.binding.accept(request, a_receipt(status=status, notes=("a <note> & 😀",)))
        assert (self.accepted_status, self.read_type) == (answer.status, answer.content_type)
        assert {"Gateway-Event-Id": "e-1"} == answer.headers
        assert {
            "requestId": "r-1",
            "eventId": "e-1",
            "status": status.value,
            "receivedAt": "2026-03-16T12:00:00Z",
            "notes": ["a <note> & 😀"],
        } == self.told(answer)

    @pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.reason)
    def test_every_refusal_has_its_status_its_reason_and_can_be_read(self, error: Refusal) -> None:
        answer = self.binding.refuse(self.a_good_request(), error)
        assert (self.status_of(error), self.refused_type) == (answer.status, answer.content_type)
        told = self.told(answer)
        assert error.reason == told["reason"]
        assert len(error.violations) == len(told["violations"])  # type: ignore[arg-type]

    def test_a_refusal_keeps_its_headers(self) -> None:
        request = self.a_good_request()
        assert CHALLENGE == self.binding.refuse(request, Unauthenticated("who?", headers=CHALLENGE)).headers
        assert {"Retry-After": "7"} == self.binding.refuse(request, StoreUnavailable("later", retry_after=7)).headers

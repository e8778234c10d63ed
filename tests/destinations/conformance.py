"""The sentences that every destination kind must satisfy; those about a far side are in `OverTheWire`."""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from gateway.destinations import Destination
from gateway.errors import DeliveryError, Refused, Unavailable
from gateway.model.delivery import Reply
from gateway.model.payload import Payload
from tests.builders import a_payload, an_event

SOON = timedelta(seconds=0.2)
SECRET = "hunter2"


def delivered(destination: Destination, *payloads: Payload) -> list[Reply]:
    """What each of `payloads` was answered, delivered all at once."""

    async def run() -> list[Reply]:
        await destination.open()
        try:
            return await asyncio.gather(*map(destination.deliver, payloads))
        finally:
            await destination.close()

    return asyncio.run(run())


def failed(destination: Destination, kind: type[DeliveryError]) -> Any:
    with pytest.raises(kind) as error:
        delivered(destination, a_payload())
    assert type(error.value) is kind
    return error.value


class Conformance:
    """Say how the kind is made for a far side, what its far side is, and which bytes it should get."""

    def far(self) -> AbstractContextManager[Any]:
        raise NotImplementedError

    def a_destination(self, far: Any, timeout: timedelta = timedelta(seconds=5)) -> Destination:
        raise NotImplementedError

    def arrived(self, far: Any) -> list[tuple[str, bytes]]:
        """Event id and body of what arrived."""
        raise NotImplementedError

    def expected(self, payload: Payload) -> bytes:
        return payload.body

    def test_it_delivers_the_body_byte_for_byte_and_the_events_id(self) -> None:
        data = '{"who":"Zoë 😀\\u0000","amount":0.10000000000000000000001}'.encode()
        payload = a_payload(an_event(data=data))
        with self.far() as far:
            delivered(self.a_destination(far), payload)
            assert [(payload.event.id, self.expected(payload))] == self.arrived(far)

    def test_it_does_not_mix_concurrent_deliveries(self) -> None:
        payloads = [a_payload(an_event(data=f'{{"call_id":"{number}"}}'.encode())) for number in range(5)]
        with self.far() as far:
            delivered(self.a_destination(far), *payloads)
            assert {(one.event.id, self.expected(one)) for one in payloads} == set(self.arrived(far))
            assert len(payloads) == len(self.arrived(far))

    def test_it_can_be_opened_again(self) -> None:
        with self.far() as far:
            destination = self.a_destination(far)
            delivered(destination, a_payload())
            delivered(destination, a_payload())
            assert 2 == len(self.arrived(far))

    def test_it_may_be_closed_twice_or_before_it_was_opened(self) -> None:
        async def run(destination: Destination) -> None:
            await destination.close()
            await destination.open()
            await destination.close()
            await destination.close()

        with self.far() as far:
            asyncio.run(run(self.a_destination(far)))

    def test_it_is_named_and_shows_no_secret(self) -> None:
        with self.far() as far:
            shown = f"{self.a_destination(far)!r} {self.a_destination(far)}"
        assert "crm" in shown
        assert SECRET not in shown


class OverTheWire(Conformance):
    """For kinds whose far side may be down, say no, or not answer. Their far side holds `SECRET` where it can."""

    def nobody(self) -> AbstractContextManager[Any]:
        """A far side that is down."""
        raise NotImplementedError

    def refusing(self) -> AbstractContextManager[Any]:
        """One that says no, for good."""
        raise NotImplementedError

    def silent(self) -> AbstractContextManager[Any]:
        """One that takes what it is sent and never answers."""
        raise NotImplementedError

    def test_it_says_unavailable_when_the_far_side_is_down(self) -> None:
        with self.nobody() as far:
            assert SECRET not in failed(self.a_destination(far), Unavailable).why

    def test_it_says_refused_when_the_far_side_says_no(self) -> None:
        with self.refusing() as far:
            assert SECRET not in failed(self.a_destination(far), Refused).why

    def test_it_keeps_its_time_limit(self) -> None:
        started = time.monotonic()
        with self.silent() as far:
            assert SECRET not in failed(self.a_destination(far, SOON), Unavailable).why
        assert time.monotonic() - started < 2

    def test_a_far_side_that_comes_back_is_served_without_being_opened_again(self) -> None:
        async def run(destination: Destination) -> None:
            await destination.open()
            try:
                with pytest.raises(Unavailable):
                    await destination.deliver(a_payload())
                with self.far_at(down) as back:
                    await destination.deliver(a_payload())
                    assert 1 == len(self.arrived(back))
            finally:
                await destination.close()

        with self.nobody() as down:
            asyncio.run(run(self.a_destination(down)))

    def far_at(self, down: Any) -> AbstractContextManager[Any]:
        """A far side in the place of one that was down."""
        raise NotImplementedError

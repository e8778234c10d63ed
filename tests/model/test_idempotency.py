"""What makes a repeated call a duplicate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.model.idempotency import Idempotency, Once, OnReuse
from gateway.model.message import Message
from tests.builders import NOON, a_request, an_event, an_event_type

CALL = an_event_type()


def keys(
    idempotency: Idempotency, *data: dict[str, object], headers: dict[str, str] | None = None, **own: str
) -> tuple[Once, ...]:
    """The keys of a request with one message for each of `data`; `own` are a CloudEvent's attributes."""
    messages = [Message(CALL, one, own) for one in data or ({"call_id": "1"},)]
    events = [an_event(data=str(one.data).encode()) for one in messages]
    return idempotency.keys_of(a_request(headers=headers or {}), messages, events)


def test_without_anything_that_names_it_a_call_is_none_but_itself() -> None:
    assert () == keys(Idempotency())


def test_the_standard_header_stands_for_the_whole_request() -> None:
    (once,) = keys(Idempotency(), {"call_id": "1"}, {"call_id": "2"}, headers={"Idempotency-Key": " k "})
    assert ("k", range(2), NOON + timedelta(hours=24)) == (once.key, once.positions, once.expires_at)


def test_a_header_of_the_sources_own_comes_before_the_standard_one() -> None:
    own = Idempotency("header:X-Call", timedelta(minutes=5))
    both = {"X-Call": "own", "Idempotency-Key": "standard"}
    (once,) = keys(own, headers=both)
    assert ("own", NOON + timedelta(minutes=5)) == (once.key, once.expires_at)
    assert ["standard"] == [one.key for one in keys(own, headers={"Idempotency-Key": "standard"})]


def test_a_template_makes_a_key_of_each_events_data() -> None:
    idempotency = Idempotency("#call_id#-#leg?#")
    made = keys(idempotency, {"call_id": "1", "leg": "a"}, {"call_id": "2"}, {"leg": "b"})
    assert [("1-a", range(1)), ("2-", range(1, 2))] == [(one.key, one.positions) for one in made]


def test_a_digest_is_the_same_for_equal_data_only() -> None:
    idempotency = Idempotency("digest")
    (first,), (again,), (other,) = (keys(idempotency, {"call_id": text}) for text in "112")
    assert first == again
    assert first.key != other.key


def test_a_cloud_event_is_known_by_its_source_and_id() -> None:
    own: dict[str, Any] = {"id": "a", "source": "/pbx"}
    assert ["/pbx\na"] == [one.key for one in keys(Idempotency(), headers={"Idempotency-Key": "k"}, **own)]
    assert ["1"] == [one.key for one in keys(Idempotency("#call_id#"), **own)]


@pytest.mark.parametrize(
    ("on_reuse", "same_key", "same_digest"),
    [(OnReuse.REFUSE, True, False), (OnReuse.DUPLICATE, True, True), (OnReuse.NEW, False, False)],
)
def test_other_data_under_a_known_key_is_what_its_source_says(
    on_reuse: OnReuse, same_key: bool, same_digest: bool
) -> None:
    idempotency = Idempotency(on_reuse=on_reuse)
    (first,), (other,) = (keys(idempotency, {"n": n}, headers={"Idempotency-Key": "k"}) for n in (1, 2))
    assert (same_key, same_digest) == (first.key == other.key, first.digest == other.digest)


@pytest.mark.parametrize("on_reuse", OnReuse)
def test_the_same_data_under_a_known_key_is_always_a_duplicate(on_reuse: OnReuse) -> None:
    idempotency = Idempotency(on_reuse=on_reuse)
    first, again = (keys(idempotency, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("", ("Idempotency-Key",)), ("digest", ("Idempotency-Key",)), ("#call_id#", ("Idempotency-Key",)),
        ("header:X-Call", ("X-Call", "Idempotency-Key")), ("header:idempotency-key", ("idempotency-key",)),
    ],
)  # fmt: skip
def test_its_headers_are_those_a_key_is_looked_for_in(key: str, expected: tuple[str, ...]) -> None:
    assert expected == Idempotency(key).headers

"""What RingCX's texts look like, and what they mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.model.contract import Contract
from gateway.simulator.vocabulary import FIELDS, ZONE, Said, Style, unfilled, words


def test_a_time_is_easterns_clock_and_means_a_moment() -> None:
    said = Style().time("call_start", datetime(2026, 3, 16, 14, 15, 2, 99, tzinfo=UTC))
    assert Said("call_start", "2026-03-16 10:15:02", "2026-03-16T14:15:02Z") == said
    assert (
        "2026-03-16 10:15:02.0000"
        == Style(has_fraction=True).time("x", datetime(2026, 3, 16, 14, 15, 2, tzinfo=UTC)).text
    )


def test_an_hour_that_comes_twice_means_the_first() -> None:
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert 1 == second.astimezone(ZONE).fold
    assert Said("x", "2026-11-01 01:30:00", "2026-11-01T05:30:00Z") == Style().time("x", second)


@pytest.mark.parametrize(("seconds", "clock"), [(0, "00:00:00"), (150, "00:02:30"), (3661, "01:01:01")])
def test_a_duration_is_seconds_or_a_clock_and_means_seconds(seconds: int, clock: str) -> None:
    assert Said("duration", str(seconds), seconds) == Style().seconds("duration", seconds)
    assert Said("duration", clock, seconds) == Style(has_clock=True).seconds("duration", seconds)


def test_an_empty_text_and_a_tag_left_unfilled_say_nothing() -> None:
    assert Said("agent_id", "", None) == words("agent_id", "")
    assert Said("extern_id", "#extern_id#", None) == unfilled("extern_id")


def test_every_element_has_a_field_of_the_shipped_contract(calls: Contract) -> None:
    known = {field.name for event in calls.events.values() for field in event.fields}
    assert set() == set(FIELDS.values()) - known

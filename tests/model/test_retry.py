"""When to try again: the arithmetic, line by line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.retry import RetryPolicy
from tests.builders import NOON

MIDDLE = 0.5
"""The jitter that moves nothing."""


def delay(policy: RetryPolicy, attempt: int, jitter: float = MIDDLE, retry_after: float | None = None) -> float | None:
    due = policy.next_due(attempt, NOON, jitter=jitter, retry_after=retry_after)
    return None if due is None else (due - NOON).total_seconds()


@pytest.mark.parametrize(
    ("attempt", "expected"),
    [
        (1, 10),  # 10 s
        (2, 30),  # 10 · 3
        (3, 90),  # 10 · 3²
        (4, 270),  # 10 · 3³
        (5, 810),  # 10 · 3⁴
        (6, 2430),  # 10 · 3⁵
        (7, 7290),  # 10 · 3⁶
        (8, 21600),  # 10 · 3⁷ = 21870, more than 6 h
        (9, 21600),  # and so on
        (11, 21600),
        (12, None),  # that was the last
        (13, None),
    ],
)
def test_the_defaults_wait_three_times_as_long_each_time_up_to_six_hours(attempt: int, expected: float | None) -> None:
    assert expected == delay(RetryPolicy(), attempt)


def test_the_defaults_last_about_27_hours() -> None:
    waits = [delay(RetryPolicy(), attempt) for attempt in range(1, 12)]
    # 10 + 30 + 90 + 270 + 810 + 2430 + 7290 = 10930 s, and 4 · 21600 s = 86400 s: 97330 s, 27 h 2 min 10 s
    assert timedelta(hours=27, minutes=2, seconds=10) == timedelta(seconds=sum(wait or 0 for wait in waits))


@pytest.mark.parametrize(
    ("jitter", "expected"),
    [
        (0.0, 81),  # 90 · 0.9
        (0.25, 85.5),  # 90 · 0.95
        (0.5, 90),
        (1.0, 99),  # 90 · 1.1
    ],
)
def test_jitter_moves_a_delay_by_a_tenth_at_most(jitter: float, expected: float) -> None:
    assert expected == delay(RetryPolicy(), 3, jitter)


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [
        (None, 90),
        (60, 90),  # earlier than our own
        (600, 600),
        (21600, 21600),
        (86400, 21600),  # up to `longest`
        (0, 90),
    ],
)
def test_the_far_side_may_ask_for_more_time_up_to_the_longest(retry_after: float | None, expected: float) -> None:
    assert expected == delay(RetryPolicy(), 3, retry_after=retry_after)


def test_the_far_side_gives_no_further_attempt() -> None:
    assert delay(RetryPolicy(), 12, retry_after=5) is None


def test_one_attempt_means_no_second() -> None:
    assert delay(RetryPolicy(attempts=1), 1) is None


@pytest.mark.parametrize(
    ("policy", "attempt", "expected"),
    [
        (RetryPolicy(factor=1, attempts=1000), 999, 10),  # 10 · 1⁹⁹⁸
        (RetryPolicy(factor=100, attempts=1000), 999, 21600),  # the power would not fit a float
        (RetryPolicy(first=timedelta(hours=7)), 1, 21600),  # a first delay beyond the longest
        (RetryPolicy(first=timedelta(milliseconds=50), factor=2), 4, 0.4),  # 0.05 · 2³
    ],
)
def test_a_policy_of_ones_own_is_kept(policy: RetryPolicy, attempt: int, expected: float) -> None:
    assert expected == delay(policy, attempt)


@given(st.integers(1, 998), st.floats(1, 100), st.floats(0, 1), st.none() | st.floats(0, 1e8))
def test_every_delay_is_from_the_first_to_the_longest_but_for_jitter(
    attempt: int, factor: float, jitter: float, retry_after: float | None
) -> None:
    found = delay(RetryPolicy(factor=factor, attempts=1000), attempt, jitter, retry_after)
    assert found is not None and 9 <= found <= 21600 * 1.1

"""When a destination is left alone, and how it is tried again, on a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.breaker import Breaker, BreakerPolicy
from gateway.model.delivery import Outcome

DELIVERED, UNAVAILABLE, REFUSED = Outcome.DELIVERED, Outcome.UNAVAILABLE, Outcome.REFUSED
MIDDLE = 0.5
"""The jitter that moves nothing."""
POLICY = BreakerPolicy(failures=3, share=0.5, of=8)


@dataclass
class Tried:
    """A destination that is tried as its breaker allows, a second an attempt."""

    breaker: Breaker
    now: float = 0.0

    def tries(self, *outcomes: Outcome) -> None:
        for outcome in outcomes:
            assert self.breaker.room(self.now) != 0, "there is no room"
            began, self.now = self.now + 0.5, self.now + 1
            self.breaker.begun(began)
            self.breaker.ended(outcome, began, self.now, MIDDLE)

    def rests(self) -> float:
        """Waits until there is room for a probe; how long that was."""
        started = self.now
        while not self.breaker.room(self.now):
            self.now += 1
        return self.now - started


@pytest.fixture
def tried() -> Tried:
    return Tried(Breaker(POLICY, 0.0))


def test_it_is_closed_at_first_and_then_any_number_may_begin(tried: Tried) -> None:
    assert (False, None) == (tried.breaker.is_open, tried.breaker.room(0))


def test_failures_in_a_row_open_it_and_nothing_may_begin(tried: Tried) -> None:
    tried.tries(UNAVAILABLE, UNAVAILABLE)
    assert not tried.breaker.is_open
    tried.tries(UNAVAILABLE)
    assert (True, 0, "3 failures in a row") == (
        tried.breaker.is_open, tried.breaker.room(tried.now), tried.breaker.why,
    )  # fmt: skip


@pytest.mark.parametrize("answer", [DELIVERED, REFUSED])
def test_an_answer_of_any_kind_ends_a_row(tried: Tried, answer: Outcome) -> None:
    tried.tries(UNAVAILABLE, UNAVAILABLE, answer, UNAVAILABLE, UNAVAILABLE)
    assert not tried.breaker.is_open


def test_a_share_of_the_last_attempts_opens_it_once_there_were_so_many(tried: Tried) -> None:
    tried.tries(*[UNAVAILABLE, DELIVERED] * 3, UNAVAILABLE)
    assert not tried.breaker.is_open
    tried.tries(DELIVERED)
    assert (True, "4 failures in 8 attempts") == (tried.breaker.is_open, tried.breaker.why)


def test_what_failed_long_ago_counts_no_more(tried: Tried) -> None:
    tried.tries(UNAVAILABLE, UNAVAILABLE, *[DELIVERED] * 8, *[UNAVAILABLE, DELIVERED, DELIVERED] * 20)
    assert not tried.breaker.is_open


def test_after_its_rest_one_probe_may_begin_and_no_second_beside_it(tried: Tried) -> None:
    tried.tries(*[UNAVAILABLE] * 3)
    assert 10 == tried.rests()
    assert 1 == tried.breaker.room(tried.now)
    tried.breaker.begun(tried.now)
    assert 0 == tried.breaker.room(tried.now + 299)


def test_a_probe_of_which_nothing_is_heard_is_given_up_after_the_longest_rest(tried: Tried) -> None:
    tried.tries(*[UNAVAILABLE] * 3)
    tried.rests()
    tried.breaker.begun(tried.now)
    assert [0, 1] == [tried.breaker.room(tried.now + after) for after in (300, 301)]


def test_what_was_on_its_way_when_it_opened_is_no_probe(tried: Tried) -> None:
    on_its_way = tried.now
    tried.tries(*[UNAVAILABLE] * 3)
    tried.breaker.begun(on_its_way)
    tried.breaker.ended(UNAVAILABLE, on_its_way, tried.now + 1, MIDDLE)
    assert 10 == tried.rests()


def test_a_probe_that_is_delivered_closes_it_and_all_is_forgotten(tried: Tried) -> None:
    tried.tries(*[UNAVAILABLE] * 3)
    tried.rests()
    tried.tries(DELIVERED)
    assert (False, None, "") == (tried.breaker.is_open, tried.breaker.room(tried.now), tried.breaker.why)
    tried.tries(UNAVAILABLE, UNAVAILABLE)
    assert not tried.breaker.is_open
    tried.tries(UNAVAILABLE)
    assert 10 == tried.rests()


def test_a_probe_that_fails_rests_it_longer_each_time_up_to_the_longest(tried: Tried) -> None:
    tried.tries(*[UNAVAILABLE] * 3)
    rests = []
    for _ in range(7):
        rests.append(tried.rests())
        tried.tries(UNAVAILABLE)
    assert [10, 20, 40, 80, 160, 300, 300] == rests


def test_a_probe_that_is_refused_neither_closes_nor_rests_it_and_another_may_begin_at_once(tried: Tried) -> None:
    tried.tries(*[UNAVAILABLE] * 3)
    tried.rests()
    tried.tries(REFUSED, REFUSED)
    assert (True, 1) == (tried.breaker.is_open, tried.breaker.room(tried.now))
    tried.tries(DELIVERED)
    assert not tried.breaker.is_open


@pytest.mark.parametrize("late", list(Outcome))
def test_what_began_before_it_opened_says_nothing_of_it(tried: Tried, late: Outcome) -> None:
    tried.tries(*[UNAVAILABLE] * 3)
    tried.breaker.ended(late, 0.5, tried.now + 1, MIDDLE)
    assert 10 == tried.rests()
    tried.breaker.begun(tried.now)
    tried.breaker.ended(late, 0.5, tried.now, MIDDLE)
    assert (True, 0) == (tried.breaker.is_open, tried.breaker.room(tried.now))


def test_what_began_before_it_was_made_says_nothing_of_it() -> None:
    breaker = Breaker(POLICY, 100.0)
    for _ in range(10):
        breaker.ended(UNAVAILABLE, 99.0, 101.0, MIDDLE)
    assert not breaker.is_open


@pytest.mark.parametrize(
    ("opening", "jitter", "expected"),
    [(1, 0.0, 9), (1, 1.0, 11), (2, 0.0, 18), (5, 1.0, 176), (6, 0.0, 288), (6, 1.0, 300), (10**6, 0.0, 300)],
)
def test_a_rest_doubles_and_jitter_moves_it_by_a_tenth_at_most(opening: int, jitter: float, expected: float) -> None:
    assert pytest.approx(expected) == BreakerPolicy().resting(opening, jitter)


def test_a_rest_beyond_the_longest_is_the_longest() -> None:
    policy = BreakerPolicy(rest=timedelta(hours=1), longest=timedelta(seconds=2))
    assert 2 == policy.resting(1, MIDDLE)


class Reference:
    """The same in as few words as possible: every attempt since the last change, looked at again each time."""

    def __init__(self) -> None:
        self.seen: list[Outcome] = []
        self.openings = 0

    def ended(self, outcome: Outcome) -> None:
        if self.openings:
            self.openings += outcome is UNAVAILABLE
            if outcome is DELIVERED:
                self.openings, self.seen = 0, []
            return
        self.seen.append(outcome)
        last, window = self.seen[-POLICY.failures :], self.seen[-POLICY.of :]
        in_a_row = len(last) == POLICY.failures and set(last) == {UNAVAILABLE}
        too_many = len(window) == POLICY.of and window.count(UNAVAILABLE) / POLICY.of >= POLICY.share
        self.openings = int(in_a_row or too_many)


@given(st.lists(st.sampled_from(list(Outcome)), max_size=60))
def test_it_opens_rests_and_closes_as_the_reference_does(outcomes: list[Outcome]) -> None:
    tried, reference = Tried(Breaker(POLICY, 0.0)), Reference()
    for outcome in outcomes:
        if tried.breaker.is_open:
            tried.rests()
        tried.tries(outcome)
        reference.ended(outcome)
        assert tried.breaker.is_open == bool(reference.openings)
        if outcome is UNAVAILABLE and reference.openings:
            assert POLICY.resting(reference.openings, MIDDLE) == tried.breaker.rest


@given(st.lists(st.tuples(st.sampled_from(list(Outcome)), st.integers(0, 50), st.floats(0, 1)), max_size=60))
def test_it_never_stays_shut_for_longer_than_its_longest_rest(steps: list[tuple[Outcome, int, float]]) -> None:
    breaker, now = Breaker(POLICY, 0.0), 0.0
    for outcome, ago, jitter in steps:
        now += 1
        if breaker.room(now) != 0:
            breaker.begun(now)
        if ago:
            breaker.ended(outcome, now - ago + 1, now + 0.5, jitter)
    assert breaker.room(now + 1 + POLICY.longest.total_seconds()) != 0

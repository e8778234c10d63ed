"""A rate that several processes keep together, through a file, on a clock that the test moves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.model.bucket import Rate
from gateway.shared_bucket import SharedBucket

TWO_A_SECOND = Rate(2, 2, "2/s")
A_MINUTE = Rate(1 / 60, 1, "1/m")
TEN = Rate(10, 10, "10/s")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing(tmp_path: Path, clock: Clock) -> None:
    bucket = SharedBucket(tmp_path / "rate", clock)
    assert 0 == bucket.wait(TWO_A_SECOND)
    clock.now -= 500
    assert 0 == bucket.wait(TWO_A_SECOND)
    assert 0.5 == bucket.wait(TWO_A_SECOND)


def test_a_process_that_is_stopped_with_the_bucket_in_its_hand_holds_up_nobody(tmp_path: Path, clock: Clock) -> None:
    bucket, stopped = SharedBucket(tmp_path / "rate", clock), SharedBucket(tmp_path / "rate", clock)
    assert stopped._locked()
    assert [0, 0, 0] == [bucket.wait(A_MINUTE) for _ in range(3)]


def test_a_bucket_is_for_this_user_only(tmp_path: Path) -> None:
    SharedBucket(tmp_path / "rate", Clock())
    assert 0o600 == (tmp_path / "rate").stat().st_mode & 0o777


def test_as_many_are_drawn_as_there_are_and_no_more_than_are_wanted(tmp_path: Path, clock: Clock) -> None:
    bucket = SharedBucket(tmp_path / "rate", clock)
    assert [3, 7, 0] == [bucket.take(TEN, most) for most in (3, 50, 50)]
    clock.now += 0.25
    assert [2, 0] == [bucket.take(TEN, 50) for _ in range(2)]
    clock.now += 0.125  # half a token was left
    assert 1 == bucket.take(TEN, 50)


def test_what_was_not_used_is_given_back_to_all_and_a_bucket_never_runs_over(tmp_path: Path, clock: Clock) -> None:
    one, other = SharedBucket(tmp_path / "rate", clock), SharedBucket(tmp_path / "rate", clock)
    assert [10, 0] == [one.take(TEN, 50), other.take(TEN, 50)]
    one.give_back(TEN, 4)
    assert 4 == other.take(TEN, 50)
    one.give_back(TEN, 50)
    assert 10 == other.take(TEN, 50)


def test_many_that_draw_at_once_get_no_more_than_there_is(tmp_path: Path, clock: Clock) -> None:
    buckets = [SharedBucket(tmp_path / "rate", clock) for _ in range(4)]
    rate = Rate(100, 100, "100/s")
    with ThreadPoolExecutor(4) as drawing:
        drawn = sum(drawing.map(lambda bucket: sum(bucket.take(rate, 3) for _ in range(50)), buckets))
    assert 100 <= drawn <= 105  # of one that can't be looked into in time, one is let pass


def test_of_a_bucket_that_a_stopped_process_has_in_its_hand_one_at_a_time_may_pass(
    tmp_path: Path, clock: Clock
) -> None:
    bucket, stopped = SharedBucket(tmp_path / "rate", clock), SharedBucket(tmp_path / "rate", clock)
    assert stopped._locked()
    assert [1, 1] == [bucket.take(A_MINUTE, 16) for _ in range(2)]
    bucket.give_back(A_MINUTE, 1)
    stopped._unlock()
    assert [1, 0] == [bucket.take(A_MINUTE, 16) for _ in range(2)]


def test_a_bucket_of_one_process_needs_no_file(clock: Clock) -> None:
    bucket = SharedBucket(None, clock)
    assert [10, 0] == [bucket.take(TEN, 50) for _ in range(2)]

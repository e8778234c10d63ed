"""A token bucket, on a clock that the test moves."""

from __future__ import annotations

from gateway.model.bucket import Bucket


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def passed(bucket: Bucket, tries: int) -> int:
    return sum(bucket.takes() for _ in range(tries))


def test_a_burst_passes_at_once_and_no_more() -> None:
    assert 3 == passed(Bucket(1, 3, Clock()), 10)


def test_it_fills_with_time_up_to_a_burst() -> None:
    clock = Clock()
    bucket = Bucket(rate=2, burst=5, clock=clock)
    passed(bucket, 5)
    clock.now += 1.5  # 1.5 s at 2 a second
    assert 3 == passed(bucket, 10)
    clock.now += 3600
    assert 5 == passed(bucket, 10)


def test_parts_of_a_token_add_up() -> None:
    clock = Clock()
    bucket = Bucket(rate=1, burst=1, clock=clock)
    assert bucket.takes()
    clock.now += 0.5
    assert not bucket.takes()
    clock.now += 0.5
    assert bucket.takes()


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    clock = Clock()
    bucket = Bucket(rate=1, burst=2, clock=clock)
    assert bucket.takes()
    clock.now -= 60
    assert [True, False] == [bucket.takes(), bucket.takes()]
    clock.now += 1
    assert bucket.takes()

"""Who may come in now: rates that processes share, and room on the disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.admission import Admission
from gateway.errors import StoreUnavailable, TooMany
from gateway.model.bucket import Rate

TWO_A_SECOND = Rate(2, 2, "2/s")
A_MINUTE = Rate(1 / 60, 1, "1/m")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def admitted(admission: Admission, count: int, rate: Rate | None = TWO_A_SECOND, source: str = "pbx") -> int:
    """How many of `count` calls come in."""
    passed = 0
    for _ in range(count):
        try:
            admission.admit(source, rate)
        except TooMany:
            continue
        passed += 1
    return passed


def test_a_source_takes_as_many_as_its_rate_and_then_as_time_passes() -> None:
    clock = Clock()
    admission = Admission(clock)
    assert 2 == admitted(admission, 5)
    clock.now += 0.5
    assert 1 == admitted(admission, 5)
    clock.now += 3600
    assert 2 == admitted(admission, 5)


def test_sources_have_rates_of_their_own_and_without_a_rate_all_come_in() -> None:
    admission = Admission(Clock())
    assert 2 == admitted(admission, 3, source="pbx")
    assert 2 == admitted(admission, 3, source="crm")
    assert 100 == admitted(admission, 100, None)


def test_who_comes_too_often_is_told_when_to_come_back() -> None:
    admission = Admission(Clock())
    admission.admit("pbx", A_MINUTE)
    with pytest.raises(TooMany, match="pbx takes 1/m") as refused:
        admission.admit("pbx", A_MINUTE)
    assert {"Retry-After": "60"} == refused.value.headers


def test_processes_that_share_a_folder_share_the_rate(tmp_path: Path) -> None:
    clock = Clock()
    both = [Admission(clock, tmp_path), Admission(clock, tmp_path)]
    assert 2 == sum(admitted(one, 5) for one in both)
    clock.now += 0.5
    assert 1 == sum(admitted(one, 5) for one in both)


def test_a_rate_that_was_changed_is_kept_from_then_on(tmp_path: Path) -> None:
    clock = Clock()
    assert 2 == admitted(Admission(clock, tmp_path), 5)
    clock.now += 10
    assert 10 == admitted(Admission(clock, tmp_path), 20, Rate(1, 10, "10/s"))


def test_many_at_once_do_not_get_more_than_there_is(tmp_path: Path) -> None:
    clock = Clock()
    admissions = [Admission(clock, tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(8) as callers:
        passed = sum(callers.map(lambda one: admitted(one, 200, Rate(50, 50, "50/s")), admissions))
    assert 50 <= passed <= 55  # whoever can't look in time is let in: nobody waits for another process


def test_a_disk_without_room_lets_nobody_in_until_there_is_room_again(tmp_path: Path) -> None:
    admission = Admission(Clock())
    admission.look(tmp_path, 2**62)
    with pytest.raises(StoreUnavailable, match="bytes left") as refused:
        admission.admit("pbx", None)
    assert {"Retry-After": "30"} == refused.value.headers
    admission.look(tmp_path, 1)
    admission.admit("pbx", None)

"""What each destination may take right now, on a clock that the test moves."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.errors import StoreUnavailable
from gateway.lanes import Lanes
from gateway.model.delivery import Delivery, Outcome
from gateway.pipeline import Gateway
from gateway.store.pauses import Pause
from gateway.telemetry import metrics
from tests.builders import NOON, a_delivery, an_attempt
from tests.configured import a_gateway

BREAKER = '{ failures = 3, rest = "10s" }'
DELIVERED, UNAVAILABLE = Outcome.DELIVERED, Outcome.UNAVAILABLE


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Tried:
    """Lanes that are claimed through: a backlog without an end, or what is left of it."""

    def __init__(self, gateway: Gateway, folder: Path | None = None, clock: Clock | None = None) -> None:
        self.gateway = gateway
        self.clock = clock or Clock()
        self.lanes = Lanes(folder, self.clock)
        self.backlog: Mapping[str, int] = {}
        """How much is due of a destination; without an end where it says nothing."""
        self.numbers = itertools.count(1)

    async def _take(self, room: Mapping[str, int]) -> list[Delivery]:
        return [
            a_delivery(id=next(self.numbers), destination=name)
            for name, most in room.items()
            for _ in range(min(most, self.backlog.get(name, most)))
        ]

    def claim(self) -> dict[str, int]:
        """How many were claimed, by destination."""
        counts: dict[str, int] = {}
        for one in asyncio.run(self.lanes.claim(self.gateway, self._take)):
            counts[one.destination] = counts.get(one.destination, 0) + 1
        return counts

    def end(self, outcome: Outcome = DELIVERED, of: str = "crm", most: int = 1000, **more: bool) -> None:
        """What is held of a destination comes to `outcome`, a second later, and is settled."""
        self.clock.now += 1
        held = [key for key, one in self.lanes.held.items() if one.destination == of][:most]
        held_ones = [a_delivery(id=n, destination=of, attempt=m) for n, m in held]
        attempts = [an_attempt(one, outcome, error="HTTP 503", **more) for one in held_ones]
        for attempt in attempts:
            self.lanes.ended(attempt)
        self.lanes.settled(attempts)


def tables(*names: str, **more: str) -> str:
    keys = "".join(f"{key} = {value}\n" for key, value in more.items())
    return "".join(f'[destinations.{name}]\nkind = "log"\n{keys}' for name in names)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(tmp_path: Path) -> Tried:
    """One whose breaker has just opened, beside one that is well."""
    tried = Tried(a_gateway(tmp_path, tables("crm", slots="3", breaker=BREAKER) + tables("well", slots="1")))
    tried.claim()
    tried.end(UNAVAILABLE)
    tried.end(of="well")
    return tried


def is_open(name: str = "crm") -> float:
    return float(metrics.breaker_open.labels(name)._value.get())


def test_each_destination_has_slots_of_its_own_and_gets_those_that_are_free(tmp_path: Path) -> None:
    tried = Tried(a_gateway(tmp_path, tables("crm", slots="3") + tables("well", slots="2")))
    assert [{"crm": 3, "well": 2}, {}] == [tried.claim(), tried.claim()]
    tried.end(of="well", most=1)
    assert {"well": 1} == tried.claim()
    tried.end(UNAVAILABLE, of="crm")
    assert {"crm": 3} == tried.claim()


def test_an_inactive_one_gets_nothing(tmp_path: Path) -> None:
    assert {"well": 16} == Tried(a_gateway(tmp_path, tables("crm", active="false") + tables("well"))).claim()


def test_one_that_fails_is_left_alone_and_its_neighbour_is_not(tmp_path: Path) -> None:
    tried = opened(tmp_path)
    assert {"well": 1} == tried.claim()


def test_after_its_rest_one_probe_goes_out_and_one_that_is_delivered_opens_all_slots(tmp_path: Path) -> None:
    tried = opened(tmp_path)
    tried.clock.now += 11
    assert [1, 0] == [tried.claim().get("crm", 0) for _ in range(2)]
    tried.end()
    assert 3 == tried.claim()["crm"]


def test_a_probe_that_fails_makes_it_rest_longer(tmp_path: Path) -> None:
    tried = opened(tmp_path)
    tried.clock.now += 11
    tried.claim()
    tried.end(UNAVAILABLE)
    tried.clock.now += 17
    assert "crm" not in tried.claim()
    tried.clock.now += 5
    assert 1 == tried.claim()["crm"]


def test_a_rest_that_ends_while_nothing_is_due_sends_a_probe_once_something_is(tmp_path: Path) -> None:
    tried = opened(tmp_path)
    tried.clock.now += 11
    tried.backlog = {"crm": 0}
    assert "crm" not in tried.claim()
    tried.backlog = {}
    assert 1 == tried.claim()["crm"]


def test_what_fails_for_a_reason_of_its_own_opens_no_breaker(tmp_path: Path) -> None:
    tried = Tried(a_gateway(tmp_path, tables("crm", slots="3", breaker=BREAKER)))
    for _ in range(5):
        assert {"crm": 3} == tried.claim()
        tried.end(UNAVAILABLE, is_its_own=True)
    tried.claim()
    tried.end(UNAVAILABLE)
    assert {} == tried.claim()


def test_what_was_claimed_as_a_breaker_opened_is_no_probe_and_says_nothing(tmp_path: Path) -> None:
    tried = Tried(a_gateway(tmp_path, tables("crm", slots="6", breaker=BREAKER)))
    tried.backlog = {"crm": 3}
    tried.claim()

    async def fails_meanwhile(room: Mapping[str, int]) -> list[Delivery]:
        tried.end(UNAVAILABLE)
        return await tried._take(room)

    assert 3 == len(asyncio.run(tried.lanes.claim(tried.gateway, fails_meanwhile)))
    tried.end(UNAVAILABLE)
    tried.clock.now += 11  # of the one rest that there was: had they counted, it would be longer
    assert {"crm": 1} == tried.claim()


def test_a_breaker_that_opens_and_closes_says_so_once_and_shows_it(tmp_path: Path) -> None:
    with capture_logs() as lines:
        tried = opened(tmp_path)
        assert (1, 0) == (is_open(), is_open("well"))
        for outcome in (UNAVAILABLE, DELIVERED):
            tried.clock.now += 23
            tried.claim()
            tried.end(outcome)
    assert 0 == is_open()
    first, last = [line for line in lines if line["event"].startswith("breaker.")]
    assert 9 <= first.pop("rest_s") <= 11
    assert {
        "event": "breaker.opened", "log_level": "warning", "destination": "crm", "why": "3 failures in a row",
        "error": "HTTP 503",
    } == first  # fmt: skip
    assert {
        "event": "breaker.closed", "log_level": "warning", "destination": "crm", "why": "a probe was delivered",
    } == last  # fmt: skip


def test_a_newer_configuration_closes_every_breaker(tmp_path: Path) -> None:
    tried = opened(tmp_path)
    tried.gateway = replace(tried.gateway, revision=2)
    with capture_logs() as lines:
        assert 3 == tried.claim()["crm"]
    assert (0, ["breaker.closed"]) == (is_open(), [line["event"] for line in lines])


def test_what_began_under_an_earlier_configuration_opens_no_breaker_of_the_new(tmp_path: Path) -> None:
    tried = Tried(a_gateway(tmp_path, tables("crm", slots="3", breaker=BREAKER)))
    tried.claim()
    tried.gateway = replace(tried.gateway, revision=2)
    tried.clock.now += 1
    tried.claim()
    tried.end(UNAVAILABLE)
    assert {"crm": 3} == tried.claim()


def test_one_that_is_no_longer_configured_is_shown_as_closed(tmp_path: Path) -> None:
    tried = opened(tmp_path)
    tried.gateway = a_gateway(tmp_path, tables("well"), revision=2)
    tried.claim()
    assert 0 == is_open()
    tried.end()  # what was under way for it ends as it may


def test_a_worker_that_ends_leaves_no_breaker_open(tmp_path: Path) -> None:
    opened(tmp_path).lanes.close()
    assert 0 == is_open()


def test_a_rate_is_spread_over_its_time(tmp_path: Path) -> None:
    tried = Tried(a_gateway(tmp_path, tables("crm", slots="1000", rate='"40/s"')))
    began = []
    for _ in range(200):
        began += [tried.clock.now] * tried.claim().get("crm", 0)
        tried.clock.now += 1 / 64
    in_any_second = max(sum(at <= one < at + 1 for one in began) for at in began)
    assert 40 <= in_any_second <= 50  # at once it gets a quarter of a second's worth
    assert 40 * 200 / 64 - 1 <= len(began) <= 40 * 200 / 64 + 10


def test_tokens_for_which_nothing_was_claimed_are_given_back(tmp_path: Path) -> None:
    tried = Tried(a_gateway(tmp_path, tables("crm", rate='"40/s"')))
    tried.backlog = {"crm": 0}
    assert [{}, {}] == [tried.claim(), tried.claim()]
    tried.backlog = {"crm": 4}
    assert [{"crm": 4}, {"crm": 4}, {"crm": 2}, {}] == [tried.claim() for _ in range(4)]


def test_tokens_of_a_claim_that_failed_are_given_back(tmp_path: Path) -> None:
    tried = Tried(a_gateway(tmp_path, tables("crm", rate='"40/s"')))

    async def fails(_room: Mapping[str, int]) -> list[Delivery]:
        raise StoreUnavailable("it is away")

    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            asyncio.run(tried.lanes.claim(tried.gateway, fails))
    assert {"crm": 10} == tried.claim()


def test_a_rate_is_shared_by_the_workers_of_a_machine(tmp_path: Path, clock: Clock) -> None:
    gateway = a_gateway(tmp_path, tables("crm", "well", rate='"40/s"'))
    one, other = Tried(gateway, tmp_path, clock), Tried(gateway, tmp_path, clock)
    assert [{"crm": 10, "well": 10}, {}] == [one.claim(), other.claim()]
    clock.now += 0.125
    assert {"crm": 5, "well": 5} == other.claim()


def test_a_destination_and_a_source_of_one_name_have_rates_of_their_own(tmp_path: Path, clock: Clock) -> None:
    Tried(a_gateway(tmp_path, tables("crm", rate='"40/s"')), tmp_path, clock).claim()
    assert ["paced-crm"] == [path.name for path in tmp_path.iterdir() if path.suffix != ".toml"]


@pytest.mark.parametrize(("rate", "rest"), [('"1000/s"', 0.05), ('"10/s"', 0.1), ('"5/h"', 0.5)])
def test_a_worker_rests_until_there_is_a_token_that_was_wanted(tmp_path: Path, rate: str, rest: float) -> None:
    tried = Tried(a_gateway(tmp_path, tables("crm", slots="1000", rate=rate)))
    assert 0.5 == tried.lanes.rest(tried.gateway, 0.5)
    while tried.claim():
        pass
    assert ({"crm"}, rest) == (tried.lanes.paced, tried.lanes.rest(tried.gateway, 0.5))
    tried.clock.now += 3600
    tried.claim()
    assert (set(), 0.5) == (tried.lanes.paced, tried.lanes.rest(tried.gateway, 0.5))


def test_what_is_paused_gets_nothing_until_it_is_resumed(tmp_path: Path) -> None:
    tried = Tried(a_gateway(tmp_path, tables("crm", "well", slots="1")))
    tried.lanes.follow({"crm": Pause(NOON, "ann", "they move house")})
    assert {"well": 1} == tried.claim()
    tried.lanes.follow({})
    assert {"crm": 1} == tried.claim()


def test_what_is_paused_costs_no_tokens(tmp_path: Path) -> None:
    tried = Tried(a_gateway(tmp_path, tables("crm", rate='"40/s"')))
    tried.lanes.follow({"crm": Pause(NOON, "ann", "")})
    assert [{}, {}] == [tried.claim(), tried.claim()]
    tried.lanes.follow({})
    assert {"crm": 10} == tried.claim()


def test_a_pause_is_told_as_it_begins_and_as_it_ends(tmp_path: Path) -> None:
    lanes = Tried(a_gateway(tmp_path, tables("crm"))).lanes
    pause = Pause(NOON, "ann", "they move house")
    with capture_logs() as lines:
        for paused in ({}, {"crm": pause}, {"crm": pause}, {}, {}):
            lanes.follow(paused)
    assert [
        {"event": "destination.paused", "log_level": "warning", "destination": "crm", "by": "ann",
         "reason": "they move house"},
        {"event": "destination.resumed", "log_level": "warning", "destination": "crm"},
    ] == lines  # fmt: skip


def test_what_waits_to_be_settled_takes_no_slot_but_is_bounded(tmp_path: Path) -> None:
    tried = Tried(a_gateway(tmp_path, '[destinations.crm]\nkind = "log"\nslots = 4\n[routes.crm]\nto = "crm"\n'))
    assert {"crm": 4} == tried.claim()
    over = [an_attempt(a_delivery(id=number, destination="crm"), DELIVERED) for number in range(1, 5)]
    for attempt in over[:3]:
        tried.lanes.ended(attempt)
    assert {"crm": 3} == tried.claim()
    tried.lanes.ended(over[3])
    assert {"crm": 1} == tried.claim()
    for number in range(5, 9):
        tried.lanes.ended(an_attempt(a_delivery(id=number, destination="crm"), DELIVERED))
    assert {} == tried.claim()
    tried.lanes.settled(over)
    assert {"crm": 4} == tried.claim()

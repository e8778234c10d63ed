"""What each destination may take right now: slots, a breaker, a rate, a pause. Nobody is held back by anybody else.

One for each worker process. A breaker is its own and starts anew with each revision of the configuration: whoever
changed something may have mended it. A rate is shared by the workers of a machine, pauses by all.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.model.breaker import Breaker
from gateway.model.delivery import Attempt, Delivery, Outcome
from gateway.outlet import Outlet
from gateway.pipeline import Gateway
from gateway.shared_bucket import SharedBucket
from gateway.store.pauses import Pause
from gateway.telemetry import metrics
from gateway.telemetry.logs import log

_COALESCED = 0.05
"""Seconds between two looks for tokens: one look takes all that came meanwhile."""

Take = Callable[[Mapping[str, int]], Awaitable[list[Delivery]]]
"""Claims, of each destination, at most so many."""


@dataclass(slots=True)
class _Held:
    """What is claimed and not yet settled."""

    destination: str
    began: float
    is_over: bool = False
    """Whether it came to something: its slot is free, though its settling is still to be written."""


class Lanes:
    """The lanes of one worker. `folder` is what the workers of a machine share; None where there is one only."""

    def __init__(self, folder: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.held: dict[tuple[int, int], _Held] = {}
        """What is claimed and not yet settled, by delivery and attempt."""
        self.paced: set[str] = set()
        """Destinations that had a slot and no token when they were last looked at: they go on in a moment."""
        self.full: set[str] = set()
        """Destinations of which the last claim took all that it might: more may be due as soon as a slot is free."""
        self._folder = folder
        self._clock = clock
        self._revision: int | None = None
        self._breakers: dict[str, Breaker] = {}
        self._buckets: dict[str, SharedBucket] = {}
        self._paused: Mapping[str, Pause] = {}

    def rest(self, gateway: Gateway, longest: float) -> float:
        """How many seconds to rest where nothing wakes: `longest`, or until there is a token that was wanted."""
        rates = [gateway.destinations[name].rate for name in self.paced if name in gateway.destinations]
        return min([longest, *(max(1 / rate.per_second, _COALESCED) for rate in rates if rate)])

    async def claim(self, gateway: Gateway, take: Take) -> list[Delivery]:
        """What `take` claims of what each destination may take; tokens for what it did not claim are given back."""
        began = self._clock()
        room = self._room(gateway, began)
        if not room:
            return []
        claimed: list[Delivery] = []
        started = time.perf_counter()
        try:
            claimed = await take(room)
        finally:
            self._count(gateway, room, claimed, began)
        if claimed:
            metrics.claim_seconds.observe(time.perf_counter() - started)
        return claimed

    def ended(self, attempt: Attempt) -> None:
        """An attempt came to something: its slot is free, and its destination's breaker may open, or close."""
        delivery = attempt.delivery
        held, breaker = self.held.get((delivery.id, delivery.attempt)), self._breakers.get(delivery.destination)
        if held is None:
            return
        # The slot of one that asks for a pause stays taken until the pause is in force.
        held.is_over = not attempt.pauses
        if breaker is None:
            return
        was_open = breaker.is_open
        outcome = Outcome.REFUSED if attempt.is_its_own else attempt.outcome
        breaker.ended(outcome, held.began, self._clock(), random.random())  # noqa: S311 - it spreads probes
        if breaker.is_open != was_open:
            self._tell(delivery.destination, breaker, attempt.error)

    def settled(self, attempts: Iterable[Attempt]) -> None:
        """They are held no longer."""
        for attempt in attempts:
            self.held.pop((attempt.delivery.id, attempt.delivery.attempt), None)

    def follow(self, paused: Mapping[str, Pause]) -> None:
        """These are paused now, and nothing else is."""
        before, self._paused = self._paused, paused
        for name in sorted(paused.keys() - before.keys()):
            pause = paused[name]
            log.warning("destination.paused", destination=name, by=pause.by, reason=pause.reason or None)
        for name in sorted(before.keys() - paused.keys()):
            log.warning("destination.resumed", destination=name)

    def close(self) -> None:
        """The worker ends, and its breakers with it."""
        for name in self._breakers:
            metrics.breaker_open.labels(name).set(0)

    def _room(self, gateway: Gateway, now: float) -> dict[str, int]:
        """How many may be claimed of each destination, where any may; their tokens are drawn."""
        if gateway.revision != self._revision:
            self._renew(gateway, now)
        self.paced = set()
        held = Counter(one.destination for one in self.held.values())
        busy = Counter(one.destination for one in self.held.values() if not one.is_over)
        room = {}
        for name, outlet in gateway.destinations.items():
            most = self._breakers[name].room(now)
            # A crash repeats what is not settled: at most as much again as may be under way.
            free = min(outlet.slots - busy[name], 2 * outlet.slots - held[name])
            free = free if most is None else min(free, most)
            if free > 0 and outlet.active and name not in self._paused:
                drawn = self._drawn(outlet, free)
                if drawn:
                    room[name] = drawn
        return room

    def _drawn(self, outlet: Outlet, free: int) -> int:
        """How many of `free` its rate allows."""
        if outlet.rate is None:
            return free
        drawn = self._bucket(outlet.name).take(outlet.rate, free)
        if not drawn:
            self.paced.add(outlet.name)
        return drawn

    def _bucket(self, name: str) -> SharedBucket:
        bucket = self._buckets.get(name)
        if bucket is None:
            path = self._folder / f"paced-{name}" if self._folder is not None else None
            bucket = self._buckets[name] = SharedBucket(path, self._clock)
        return bucket

    def _count(self, gateway: Gateway, room: Mapping[str, int], claimed: Sequence[Delivery], began: float) -> None:
        for delivery in claimed:
            self.held[delivery.id, delivery.attempt] = _Held(delivery.destination, began)
            self._breakers[delivery.destination].begun(began)
        used = Counter(delivery.destination for delivery in claimed)
        self.full -= room.keys()
        self.full |= {name for name, drawn in room.items() if used[name] == drawn}
        for name, drawn in room.items():
            rate = gateway.destinations[name].rate
            if rate is not None:
                self._bucket(name).give_back(rate, drawn - used[name])

    def _renew(self, gateway: Gateway, now: float) -> None:
        """Every breaker starts anew, closed."""
        self._revision = gateway.revision
        old = self._breakers
        self._breakers = {name: Breaker(outlet.breaker, now) for name, outlet in gateway.destinations.items()}
        for name in old.keys() | self._breakers.keys():
            metrics.breaker_open.labels(name).set(0)
        for name, breaker in old.items():
            if breaker.is_open:
                log.warning("breaker.closed", destination=name, why="a newer configuration is in force")

    def _tell(self, name: str, breaker: Breaker, error: str) -> None:
        metrics.breaker_open.labels(name).set(int(breaker.is_open))
        if breaker.is_open:
            log.warning("breaker.opened", destination=name, why=breaker.why, error=error, rest_s=round(breaker.rest, 1))
        else:
            log.warning("breaker.closed", destination=name, why="a probe was delivered")

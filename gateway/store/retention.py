"""Deletes what is old enough, a batch at a time, along the row ids: no table is scanned, no lock is held for long."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.model.retention import Policy
from gateway.store.engine import Database
from gateway.store.expired import EventlessWalk, EventWalk, RefusalWalk
from gateway.store.tables import micros
from gateway.store.walk import Walk
from gateway.telemetry import metrics
from gateway.telemetry.logs import log

_EVERY = 60.0
_SHARE = 4
"""After a batch, so many times as long as it took is left to others."""
_SHORTEST_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep deleted, by table, and whether there may be more to delete at once."""

    deleted: Mapping[str, int] = field(default_factory=dict)
    more: bool = False


class Retention:
    """Call it from one thread. Any worker does it, and it does no harm if several do."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._policy = Policy()
        self._walks: list[Walk] = []

    def sweep(self, policy: Policy, now: datetime) -> Swept:
        """Delete at most one batch of what `policy` no longer keeps."""
        if policy != self._policy:
            self._policy, self._walks = policy, _walks(policy)
        for walk in self._walks:
            deleted = walk.step(self._database, micros(now))
            if deleted is not None:
                return Swept(deleted, more=True)
        return Swept()

    async def keep(
        self,
        in_thread: Callable[[Callable[[], Swept]], Awaitable[Swept]],
        policy: Callable[[], Policy],
        now: Callable[[], datetime],
    ) -> None:
        """Sweep about once a minute, and on at once while there is more, with pauses in which others get their turn."""
        while True:
            deleted: Counter[str] = Counter()
            try:
                more = True
                while more:
                    started = time.monotonic()
                    swept = await in_thread(lambda: self.sweep(policy(), now()))
                    for what, rows in swept.deleted.items():
                        metrics.deleted.labels(what).inc(rows)
                    deleted.update(swept.deleted)
                    more = swept.more
                    await asyncio.sleep(max(_SHORTEST_PAUSE, _SHARE * (time.monotonic() - started)))
            except Exception as error:  # the next minute may be better, and deliveries must go on
                log.warning("retention.failed", error=f"{type(error).__name__}: {error}")
            if deleted:
                log.info("retention.deleted", **deleted)
            await asyncio.sleep(_EVERY)


def _walks(policy: Policy) -> list[Walk]:
    """One for each age: a row is met when it is so old, not looked at again and again until then."""
    ages = list(policy.all())
    kept = {age for one in ages for age in (one.events, one.dead) if age is not None}
    eventless = {age for one in ages for age in (one.events, one.quarantined) if age is not None}
    refused = {one.refused for one in ages if one.refused is not None}
    return [
        *(EventWalk(policy, age) for age in sorted(kept)),
        *(EventlessWalk(policy, age) for age in sorted(eventless)),
        *(RefusalWalk(policy, age) for age in sorted(refused)),
    ]

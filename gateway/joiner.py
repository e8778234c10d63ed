"""What joins gathered becomes events, when it is due: a part of every worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gateway.errors import StoreUnavailable
from gateway.model.event import Event
from gateway.model.join import Join
from gateway.model.made import an_event, hops_of
from gateway.pipeline import Gateway
from gateway.store.joining import Gathered, Joining
from gateway.telemetry import metrics
from gateway.telemetry.logs import log

_EVERY, _PAUSE = 1.0, 0.02


@dataclass(frozen=True, slots=True)
class Joiner:
    """Emits what is due, a batch at a time. Call it from one thread."""

    joining: Joining
    woke: Callable[[], None]
    """Is told that there is something to deliver."""

    def step(self, gateway: Gateway, now: datetime) -> bool:
        """Emit one batch of what is due; whether there was any."""
        due = self.joining.due(gateway.joins.named.keys(), now)
        for one in due:
            self._emit(gateway, gateway.joins.named[one.join], one, now)
        return bool(due)

    async def keep(
        self,
        in_thread: Callable[[Callable[[], bool]], Awaitable[bool]],
        gateway: Callable[[], Gateway],
        now: Callable[[], datetime],
    ) -> None:
        """Emit what is due about once a second, and on at once while there is more."""
        while True:
            there_was = False
            try:
                there_was = await in_thread(partial(self.step, gateway(), now()))
            except StoreUnavailable as error:
                log.warning("joins.failed", error=str(error))
            except Exception:  # our bug: what is due stays due, and the others go on
                log.exception("joins.bug")
            await asyncio.sleep(_PAUSE if there_was else _EVERY)

    def _emit(self, gateway: Gateway, join: Join, gathered: Gathered, now: datetime) -> None:
        if not gathered.events:  # retention, or an erasure, took them all
            self.joining.forget(gathered)
            return
        made = gateway.new_event(_event(gateway, join, gathered, now))
        if self.joining.emit(gathered, made, now):
            metrics.joins_emitted.labels(join.name).inc()
            log.info(
                "join.emitted", join=join.name, key=gathered.key, event_id=made.event.id, version=gathered.version + 1,
                events=len(gathered.events), ended=gathered.ended,
            )  # fmt: skip
            if made.duties:
                self.woke()


def _event(gateway: Gateway, join: Join, gathered: Gathered, now: datetime) -> Event:
    scopes = [gateway.scope_of(event, lambda: None) for event in gathered.events]
    data = {**join.gathering.data(scopes), "version": gathered.version + 1, "ended": gathered.ended}
    hops = max(hops_of(event) for event in gathered.events) + 1
    return an_event(gateway.new_id(), join.source, join.emits, gathered.key, data, hops, now)

"""The back door: claim what is due, deliver it, settle it. Slots per destination, leases, wake-up, drain."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import ParamSpec, TypeVar

from gateway.current import Current, Opened
from gateway.errors import StoreUnavailable
from gateway.joiner import Joiner
from gateway.lanes import Lanes
from gateway.model.delivery import Attempt, Delivery
from gateway.pipeline import Gateway
from gateway.store.outbox import LEASE, Outbox
from gateway.store.pauses import BY_ITSELF
from gateway.store.revisions import Revisions
from gateway.store.upkeep import Upkeep
from gateway.telemetry import metrics
from gateway.telemetry.attempts import told
from gateway.telemetry.logs import log

POLL = timedelta(seconds=0.5)
"""How long a worker rests where nothing wakes it: retries fall due, and a wake-up may be lost."""
_PAUSE = 0.001
"""Seconds between two claims: what wakes a worker comes in bursts, and one claim takes a burst."""
_TROUBLED = 1.0
_HEARTBEAT = LEASE / 3

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass
class Worker:
    """One worker process. `work` returns once it is told to stop, or, `until_idle`, when nothing is due."""

    current: Current
    outbox: Outbox
    upkeep: Upkeep
    revisions: Revisions
    until_idle: bool = False
    drain: timedelta = timedelta(seconds=30)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    lanes: Lanes = field(default_factory=Lanes)
    _tasks: dict[asyncio.Task[None], Gateway] = field(default_factory=dict)
    """What is under way, and by which revision."""
    _opened: Opened = field(default_factory=Opened)
    _settled: list[Attempt] = field(default_factory=list)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _done: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False
    _ahead: timedelta = timedelta()
    """Of the store's clock, which is the one that counts where many machines share it."""
    _store_thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "store"))

    def wake(self) -> None:
        """There may be something to deliver."""
        self._woken.set()

    def stop(self) -> None:
        """Claim no more, finish what is under way within the time to drain, and return."""
        self._stopping = True
        self._woken.set()

    async def work(self) -> None:
        """Deliver until told to stop."""
        await self._opened.open(self.current.gateway)
        retention = self.upkeep.retention.keep(self._in_store, lambda: self.current.gateway.retention, self._now)
        joining = Joiner(self.upkeep.joining, self.wake).keep(self._in_store, lambda: self.current.gateway, self._now)
        helpers = [asyncio.create_task(one) for one in (self._settle_all(), self._keep_house(), retention, joining)]
        try:
            await self._take_stock()
            await self._claim_all()
            await self._drained()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await self._let_go()
            self.lanes.close()
            await self._opened.close_all_but()
            self._store_thread.shutdown()

    async def _take_stock(self) -> None:
        """What lost workers hold is due again, and what has no destination says so, before the first claim."""
        try:
            await self._look_after()
            await self._in_store(self.upkeep.mark_unconfigured, tuple(self.current.gateway.destinations), self._now())
        except StoreUnavailable as error:
            if self.until_idle:
                raise
            log.warning("housekeeping.failed", error=str(error))

    async def _claim_all(self) -> None:
        while not self._stopping:
            self._woken.clear()
            gateway = self.current.gateway
            claimed = await self._claim(gateway)
            for delivery in claimed:
                task = asyncio.create_task(self._deliver(gateway, delivery))
                self._tasks[task] = gateway
                task.add_done_callback(self._tasks.pop)
            if claimed:
                await asyncio.sleep(_PAUSE)
            elif self.until_idle and await self._is_idle():
                return
            else:
                await self._rest()

    async def _claim(self, gateway: Gateway) -> list[Delivery]:
        try:
            asking = gateway.asking
            return await self.lanes.claim(
                gateway, lambda room: self._in_store(self.outbox.claim, room, self._now(), asking)
            )
        except StoreUnavailable as error:
            if self.until_idle:
                raise
            log.warning("claim.failed", error=str(error))
            await asyncio.sleep(_TROUBLED)
            return []

    async def _is_idle(self) -> bool:
        """Whether nothing is under way nor due, but for what a breaker or a pause holds."""
        paced, joiner = self.lanes.paced, Joiner(self.upkeep.joining, self.wake)
        if self.lanes.held or await self._in_store(joiner.step, self.current.gateway, self._now()) is True:
            return False
        return not paced or not await self._in_store(self.outbox.has_due, paced, self._now())

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), self.lanes.rest(self.current.gateway, POLL.total_seconds()))
        except TimeoutError:
            return
        await asyncio.sleep(_PAUSE)

    async def _deliver(self, gateway: Gateway, delivery: Delivery) -> None:
        attempt = await gateway.deliver(delivery, self._now)
        self.lanes.ended(attempt)
        self._settled.append(attempt)
        self._done.set()
        if delivery.destination in self.lanes.full:
            self._woken.set()
        if attempt.is_counted:
            told(attempt, self._now())

    async def _settle_all(self) -> None:
        """Settle what is done, all that waits in one transaction."""
        while True:
            await self._done.wait()
            self._done.clear()
            batch, self._settled = self._settled, []
            if not batch:
                continue
            try:
                await self._settle(batch)
            except StoreUnavailable as error:
                log.warning("settle.failed", error=str(error), attempts=len(batch))
                self._settled = batch + self._settled
                await asyncio.sleep(_TROUBLED)
                self._done.set()
                continue
            except Exception:  # our bug: their leases end, and they are tried again
                log.exception("settle.bug", attempts=len(batch))
            self.lanes.settled(batch)
            self._woken.set()

    async def _settle(self, batch: list[Attempt]) -> None:
        """Pause first what wants no more: were we cut off between the two, a repeat would tell us again."""
        unwanted = {attempt.delivery.destination: attempt.error for attempt in batch if attempt.pauses}
        for name, why in unwanted.items():
            await self._in_store(self.upkeep.pauses.pause, name, BY_ITSELF, why, self._now())
        if unwanted:
            self.lanes.follow(await self._in_store(self.upkeep.pauses.paused))
        await self._in_store(self.outbox.settle, batch, self._now())

    async def _keep_house(self) -> None:
        """About once a second: take back what lost workers hold, follow the configuration, keep our leases."""
        extended = time.monotonic()
        while True:
            try:
                await self._look_after()
                await self._in_store(self.upkeep.tidy, self._now())
                await self._follow()
                await self._opened.close_all_but(self.current.gateway, *self._tasks.values())
                if self.lanes.held and time.monotonic() - extended > _HEARTBEAT.total_seconds():
                    held = sorted({number for number, _ in self.lanes.held})
                    await self._in_store(self.outbox.extend, held, self._now())
                    extended = time.monotonic()
            except Exception as error:  # the next second may be better, and deliveries must go on
                log.warning("housekeeping.failed", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(1)

    async def _look_after(self) -> None:
        """What somebody else, or time, has changed: pauses, the clock, leases that ended."""
        self.lanes.follow(await self._in_store(self.upkeep.pauses.paused))
        await self._set_clock()
        most = {name: outlet.retry.most for name, outlet in self.current.gateway.destinations.items()}
        holding = [name for name, outlet in self.current.gateway.destinations.items() if outlet.holds]
        taken_back = await self._in_store(self.upkeep.reap, self._now(), most, holding)
        if taken_back:
            log.warning("leases.ended", deliveries=taken_back)

    def _now(self) -> datetime:
        return self.clock() + self._ahead

    async def _set_clock(self) -> None:
        self._ahead = await self._in_store(self.upkeep.ahead, self.clock)
        longest = {name: outlet.retry.longest_wait for name, outlet in self.current.gateway.destinations.items()}
        if await self._in_store(self.upkeep.bring_forward, longest, self._now()):
            log.warning("retries.brought_forward", note="they were due later than any retry may be: a clock was set")

    async def _follow(self) -> None:
        newest = await self._in_store(self.revisions.newest)
        if self.current.follow(newest):
            await self._opened.open(self.current.gateway)
            metrics.revision.set(newest)
            await self._in_store(self.upkeep.mark_unconfigured, tuple(self.current.gateway.destinations), self._now())
            self._woken.set()

    async def _drained(self) -> None:
        """Wait for what is under way, as long as we may, and for its settling."""
        deadline = time.monotonic() + self.drain.total_seconds()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=self.drain.total_seconds())
        while len(self.lanes.held) > len(self._tasks) and time.monotonic() < deadline + _TROUBLED:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def _let_go(self) -> None:
        """Give back what is still held: another worker need not wait for our leases to end."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await self._in_store(self.outbox.release)
        except StoreUnavailable as error:
            log.warning("release.failed", error=str(error))

    async def _in_store(self, function: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Run `function` in the one thread that talks to the store."""
        return await asyncio.get_running_loop().run_in_executor(self._store_thread, partial(function, *args, **kwargs))

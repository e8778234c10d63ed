"""Accepting: what waits is committed together, and every caller is answered after that commit."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from gateway.errors import ContractViolation, GatewayError, Refusal, StoreUnavailable
from gateway.model.receipt import Receipt, Status
from gateway.model.request import Request
from gateway.store import records, ring
from gateway.store.engine import Database, PoisonError
from gateway.store.entry import Entry
from gateway.store.names import Names

MAX_BATCH, MAX_BATCH_BYTES = 64, 4 * 2**20
MAX_WAITING, MAX_WAITING_BYTES = 512, 64 * 2**20
PATIENCE = timedelta(seconds=10)
"""How long a caller waits for the disk before they are told to come back."""

_LONG = 1.0
"""Seconds of a commit that failed, after which those who waited for it fail with it: else each would wait so long."""
_TRIES = 20
"""Of a batch that others are before with its keys: each time at least one of them is settled."""
_FULL = "too many calls wait to be recorded"

InThread = Callable[[Callable[[], None]], None]
"""Runs a function where blocking is harmless, and waits for it."""


class Inbox:
    """Group commit. The first caller to find nobody committing takes what waits, and commits for all.

    `commits` is told each batch's size and seconds, `woke` that there is something to deliver.
    """

    def __init__(
        self,
        database: Database,
        names: Names,
        *,
        in_thread: InThread = lambda function: function(),
        clock: Callable[[], float],
        woke: Callable[[], None] = lambda: None,
        commits: Callable[[int, float], None] = lambda _size, _seconds: None,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._database = database
        self._names = names
        self._in_thread = in_thread
        self._clock = clock
        self._woke = woke
        self._commits = commits
        self._patience = patience.total_seconds()
        self._waiting: deque[Entry] = deque()
        self._waiting_bytes = 0
        self._committing = False
        self._mutex = threading.Lock()
        self._ring = ring.Ring(clock)

    def record(self, entry: Entry) -> Receipt:
        """Make `entry` durable. Raises StoreUnavailable, or ContractViolation where its key was used otherwise."""
        leads = self._queue(entry)
        if not leads:
            self._wait(entry)
        if entry.receipt is None and entry.error is None:
            self._lead()
        if entry.error is not None:
            raise entry.error
        assert entry.receipt is not None
        return entry.receipt

    def admit(self) -> None:
        """Raises StoreUnavailable where too many calls wait already: none more is read then."""
        if len(self._waiting) >= MAX_WAITING or self._waiting_bytes >= MAX_WAITING_BYTES:
            raise StoreUnavailable(_FULL, retry_after=1)

    def refused(self, request: Request, error: Refusal) -> None:
        """Keep a refusal for the record; the next commit or `flush` writes it: no refused caller waits for a disk."""
        self._ring.take(request, error)

    def flush(self) -> None:
        """Write the refusals that no commit has taken along. Call it about once a second."""
        with self._mutex:
            if self._committing or not self._ring.waiting:
                return
            self._committing = True
        self._lead()

    def _queue(self, entry: Entry) -> bool:
        """Let `entry` wait; whether its caller is to commit."""
        with self._mutex:
            if len(self._waiting) >= MAX_WAITING or self._waiting_bytes + entry.size > MAX_WAITING_BYTES:
                raise StoreUnavailable(_FULL, retry_after=1)
            self._waiting.append(entry)
            self._waiting_bytes += entry.size
            leads = not self._committing
            self._committing = True
            return leads

    def _wait(self, entry: Entry) -> None:
        """Wait to be settled, or to be given the lead. Whoever stops waiting is taken out, and never given it."""
        try:
            woken = entry.woken.wait(self._patience)
        except BaseException:
            if not self._gives_up(entry) and entry.receipt is None and entry.error is None:
                self._lead()
            raise
        if not woken and self._gives_up(entry):
            raise StoreUnavailable("the store is slow; this call may or may not have been recorded")

    def _gives_up(self, entry: Entry) -> bool:
        """Take `entry` out; False where it was woken meanwhile: it is settled, or leads."""
        with self._mutex:
            if entry.woken.is_set():
                return False
            if entry in self._waiting:
                self._waiting.remove(entry)
                self._waiting_bytes -= entry.size
            return True

    def _lead(self) -> None:
        """Commit one batch, then hand the lead to the first who still waits."""
        batch = self._batch()
        started = self._clock()
        try:
            self._in_thread(lambda: self._commit(batch))
        except GatewayError as error:
            if self._clock() - started > _LONG:
                batch += self._batch(all_of_them=True)
            for entry in batch:  # the first half of a bisected batch may be committed
                if entry.receipt is None:
                    entry.error = entry.error or error
            if not batch:
                raise
        finally:
            with self._mutex:
                follower = self._waiting[0] if self._waiting else None
                self._committing = follower is not None
            if follower is not None:
                follower.woken.set()
            for entry in batch:
                if entry.receipt is None and entry.error is None:
                    entry.error = StoreUnavailable("the commit was interrupted")
                entry.woken.set()
        if any(_is_to_be_delivered(entry) for entry in batch):
            self._woke()

    def _batch(self, *, all_of_them: bool = False) -> list[Entry]:
        batch: list[Entry] = []
        size = 0
        with self._mutex:
            while self._waiting and (all_of_them or len(batch) < MAX_BATCH):
                if batch and size + self._waiting[0].size > MAX_BATCH_BYTES and not all_of_them:
                    break
                entry = self._waiting.popleft()
                size += entry.size
                batch.append(entry)
            self._waiting_bytes -= size
        return batch

    def _commit(self, batch: Sequence[Entry], tries: int = _TRIES) -> None:
        """Write `batch`; one that the database refuses is bisected, so that a poison row fails alone."""
        started = self._clock()
        refusals = self._ring.drain()
        try:
            with self._database.writing() as connection:
                settled = self._write(connection, batch)
                ring.write(connection, refusals)
        except records.RacedError:  # whoever was first has committed
            self._ring.put_back(refusals)
            if not tries:
                raise StoreUnavailable("too many calls with the same keys at once", retry_after=1) from None
            self._commit(batch, tries - 1)
            return
        except PoisonError as error:
            self._ring.put_back(refusals)
            if len(batch) <= 1:
                for entry in batch:
                    entry.error = _refused(error)
                return
            middle = len(batch) // 2
            self._commit(batch[:middle])
            self._commit(batch[middle:])
            return
        except BaseException:
            self._ring.put_back(refusals)
            raise
        for entry, outcome in zip(batch, settled, strict=True):
            if isinstance(outcome, Receipt):
                entry.receipt = outcome
            else:
                entry.error = outcome
        if batch:
            self._names.remember()
            self._commits(len(batch), self._clock() - started)

    def _write(self, connection: Connection, batch: Sequence[Entry]) -> list[Receipt | Refusal]:
        if not batch:
            return []
        wanted = {entry.request.source for entry in batch}
        for duties in (duties for entry in batch for duties in entry.duties):
            wanted |= {name for duty in duties for name in (duty.route, duty.destination)}
        wanted |= {one.join for entry in batch for its in entry.memberships for one in its}
        numbers = self._names.numbered(connection, wanted)
        outcomes = records.outcomes(connection, batch, numbers)
        records.insert_all(connection, batch, outcomes, numbers)
        return outcomes


def _refused(error: PoisonError) -> Refusal:
    if error.is_of_values:
        return ContractViolation(f"the database can't hold this call's values: {error}")
    return StoreUnavailable(f"the store refuses this call's rows: {error}")


def _is_to_be_delivered(entry: Entry) -> bool:
    return entry.receipt is not None and entry.receipt.status is Status.ACCEPTED and any(entry.duties)

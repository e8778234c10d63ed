"""Who may come in now: asked before anything of a call is read, so that what can't be taken costs nothing."""

from __future__ import annotations

import fcntl
import math
import mmap
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

from gateway.errors import StoreUnavailable, TooMany
from gateway.model.bucket import Rate, drawn

_STATE = struct.Struct("dd")
"""Tokens, and when they were counted."""
_TRIES = 10_000
"""To look into a bucket that another process has in its hand, for microseconds: some milliseconds in all."""


class SharedBucket:
    """A token bucket that all processes of one host draw from, in a file of the runtime folder."""

    def __init__(self, path: Path | None, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) if path is not None else -1
        if self._file >= 0 and os.fstat(self._file).st_size < _STATE.size:
            os.ftruncate(self._file, _STATE.size)
        self._memory = mmap.mmap(self._file, _STATE.size)

    def wait(self, rate: Rate) -> float:
        """0 where one more passes at `rate`; else the seconds until one would."""
        if not self._locked():
            return 0
        try:
            tokens, at = _STATE.unpack_from(self._memory)
            now = self._clock()
            left = drawn(tokens if at else rate.burst, at or now, now, rate)
            _STATE.pack_into(self._memory, 0, left if left >= 0 else left + 1, now)
        finally:
            self._unlock()
        return 0 if left >= 0 else -left / rate.per_second

    def _locked(self) -> bool:
        """Whether it is ours; whoever is stopped while holding it must not stop all others, so nobody waits long."""
        if self._file < 0:
            return True
        for _ in range(_TRIES):
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.sched_yield()
                continue
            return True
        return False

    def _unlock(self) -> None:
        if self._file >= 0:
            fcntl.flock(self._file, fcntl.LOCK_UN)


class Admission:
    """Rates of sources, and room on the disk. `folder` is what processes share; None where there is one only."""

    def __init__(self, clock: Callable[[], float], folder: Path | None = None) -> None:
        self._clock = clock
        self._folder = folder
        self._buckets: dict[str, SharedBucket] = {}
        self._lack = ""

    def admit(self, source: str, rate: Rate | None) -> None:
        """Let one call of `source` in. Raises TooMany, StoreUnavailable."""
        if self._lack:
            raise StoreUnavailable(self._lack, retry_after=30)
        if rate is None:
            return
        bucket = self._buckets.get(source)
        if bucket is None:
            path = self._folder / f"rate-{source}" if self._folder is not None else None
            bucket = self._buckets[source] = SharedBucket(path, self._clock)
        wait = bucket.wait(rate)
        if wait:
            raise TooMany(f"{source} takes {rate.text}", retry_after=math.ceil(wait))

    def look(self, data: Path, keep_free: int) -> None:
        """See whether the disk of `data` has `keep_free` bytes left. Call it about once a second."""
        free = shutil.disk_usage(data).free
        self._lack = f"the disk has {free} bytes left, and {keep_free} are kept" if free < keep_free else ""

"""A rate that several processes keep together: 16 bytes in a file of the runtime folder, locked for microseconds."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from collections.abc import Callable
from pathlib import Path

from gateway.model.bucket import Rate, drawn, filled

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
            tokens, at, now = self._found(rate)
            left = drawn(tokens, at, now, rate)
            _STATE.pack_into(self._memory, 0, left if left >= 0 else left + 1, now)
        finally:
            self._unlock()
        return 0 if left >= 0 else -left / rate.per_second

    def take(self, rate: Rate, most: int) -> int:
        """How many of `most` pass at `rate` now: they are drawn. Of a bucket that can't be looked into, one."""
        if not self._locked():
            return min(most, 1)
        try:
            tokens, at, now = self._found(rate)
            left = filled(tokens, at, now, rate)
            taken = max(0, min(most, int(left)))
            _STATE.pack_into(self._memory, 0, left - taken, now)
        finally:
            self._unlock()
        return taken

    def give_back(self, rate: Rate, unused: int) -> None:
        """Put back what was drawn and not used."""
        if unused and self._locked():
            try:
                tokens, at, now = self._found(rate)
                _STATE.pack_into(self._memory, 0, min(rate.burst, filled(tokens, at, now, rate) + unused), now)
            finally:
                self._unlock()

    def _found(self, rate: Rate) -> tuple[float, float, float]:
        """The tokens, when they were counted, and now. One that nobody used yet is full."""
        tokens, at = _STATE.unpack_from(self._memory)
        now = self._clock()
        return (tokens, at, now) if at else (rate.burst, now, now)

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

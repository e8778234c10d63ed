"""When a destination that keeps failing is left alone, and how it is tried again: a decision, on times it is told.

Closed, every attempt may begin. After so many failures in a row, or a share of the last attempts, it opens: none may.
When it has rested, one may begin, the probe. Delivered, it closes; unavailable, it rests again, longer.

A refused attempt says that the far side is there, and so ends a row of failures. As a probe it proves too little to
close: a system that comes back by refusing everything would turn the whole backlog into dead letters. Another probe
may begin at once instead, one at a time, until one is delivered.

While it is open the probe alone counts: what was under way as it opened says nothing new, nor does what began before
the breaker was made, or was closed. A probe of which nothing is heard for as long as the longest rest is given up: a
breaker never stays shut because somebody lost it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta

from gateway.model.delivery import Outcome
from gateway.model.retry import SPREAD

_GROWTH = 2.0
_MOST_DOUBLINGS = 32
"""Beyond, every rest is the longest one; and the power stays one that a float holds."""


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """Opens after `failures` in a row, or a `share` of the last `of` attempts; rests from `rest` to `longest`."""

    failures: int = 10
    share: float = 0.5
    of: int = 40
    rest: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(minutes=5)

    def resting(self, opening: int, jitter: float) -> float:
        """The seconds of rest after it opened for the `opening`-th time, from 1; `jitter` is from 0 to 1.

        >>> [BreakerPolicy().resting(opening, 0.5) for opening in (1, 2, 3, 6, 1000)]
        [10.0, 20.0, 40.0, 300.0, 300.0]
        """
        grown = self.rest.total_seconds() * _GROWTH ** min(opening - 1, _MOST_DOUBLINGS)
        return min(grown * (1 + SPREAD * (2 * jitter - 1)), self.longest.total_seconds())


class Breaker:
    """The breaker of one destination. Times are seconds of one clock that never goes back."""

    def __init__(self, policy: BreakerPolicy, now: float) -> None:
        self.why = ""
        """What opened it first; "" where it is closed."""
        self.rest = 0.0
        """The seconds it rests, or last rested."""
        self._policy = policy
        self._recent: deque[bool] = deque(maxlen=policy.of)
        self._row = 0
        self._openings = 0
        self._changed_at = now
        self._probe_began: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is open, or half open: resting, or waiting for a probe to be delivered."""
        return bool(self._openings)

    def room(self, now: float) -> int | None:
        """How many attempts may begin: None for any number; while it is open 0, or 1 once it has rested."""
        if not self.is_open:
            return None
        if self._probe_began is not None:
            return int(now > self._probe_began + self._policy.longest.total_seconds())
        return int(now >= self._changed_at + self.rest)

    def begun(self, began: float) -> None:
        """An attempt began, for which there was room at `began`; it may have opened since."""
        if self.is_open and began >= self._changed_at + self.rest:
            self._probe_began = began

    def ended(self, outcome: Outcome, began: float, now: float, jitter: float) -> None:
        """An attempt that began at `began` came to `outcome`."""
        if self.is_open:
            if began != self._probe_began:
                return
            self._probe_began = None
            if outcome is Outcome.DELIVERED:
                self._close(now)
            elif outcome is Outcome.UNAVAILABLE:
                self._open(now, jitter)
            return
        if began < self._changed_at:
            return
        has_failed = outcome is Outcome.UNAVAILABLE
        self._row = self._row + 1 if has_failed else 0
        self._recent.append(has_failed)
        failed = self._recent.count(True)
        if self._row >= self._policy.failures:
            self.why = f"{self._row} failures in a row"
        elif len(self._recent) == self._policy.of and failed >= self._policy.share * self._policy.of:
            self.why = f"{failed} failures in {self._policy.of} attempts"
        if self.why:
            self._open(now, jitter)

    def _open(self, now: float, jitter: float) -> None:
        self._openings += 1
        self._changed_at = now
        self._recent.clear()
        self.rest = self._policy.resting(self._openings, jitter)

    def _close(self, now: float) -> None:
        self._openings = self._row = 0
        self._changed_at = now
        self.why = ""

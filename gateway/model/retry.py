"""When to try again, or never: a decision, computed from the attempts so far and the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SPREAD = 0.1
"""How far jitter moves a delay, as a share of it: destinations that failed together don't return together."""

STANDARD_WEBHOOKS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
"""The waits that Standard Webhooks names (specification, Deliverability and reliability)."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential: `first`, times `factor` each time, never more than `longest`, in all `attempts` tries.

    Or the fixed waits of `schedule`, one try more than it has. With `max_age`, never after it.
    """

    first: timedelta = timedelta(seconds=10)
    factor: float = 3
    longest: timedelta = timedelta(hours=6)
    attempts: int = 12
    schedule: tuple[timedelta, ...] = ()
    max_age: timedelta | None = None
    """Of a delivery, from when it was made."""

    @property
    def longest_wait(self) -> timedelta:
        """No wait is longer."""
        return max((self.longest, *self.schedule)) * (1 + SPREAD) if self.schedule else self.longest

    def next_due(
        self,
        attempt: int,
        now: datetime,
        *,
        jitter: float,
        retry_after: float | None = None,
        made_at: datetime | None = None,
    ) -> datetime | None:
        """When the try after number `attempt` (from 1) is due; None when that was the last.

        `jitter` is a random number from 0 to 1. `retry_after` (seconds, from the far side) is kept where it is
        later, up to `longest`.
        """
        if attempt >= self.most:
            return None
        due = now + max(self._wait(attempt, jitter), min(timedelta(seconds=retry_after or 0), self.longest))
        return None if self._is_too_old(due, made_at) else due

    def ending(self, attempt: int, now: datetime, made_at: datetime | None = None) -> str:
        """Why no try follows number `attempt`, and what would have come next: for people."""
        wait = self._wait(attempt, 0.5)
        if attempt >= self.most:
            return f"given up after {attempt} attempts; the next would have come {_text(wait)} later"
        assert self.max_age is not None
        assert made_at is not None
        age = _text(now + wait - made_at)
        most = _text(self.max_age)
        return (
            f"given up at attempt {attempt}: the next would come {_text(wait)} later, {age} old, and {most} is the most"
        )

    @property
    def most(self) -> int:
        """How many tries there are in all."""
        return len(self.schedule) + 1 if self.schedule else self.attempts

    def _wait(self, attempt: int, jitter: float) -> timedelta:
        spread = 1 + SPREAD * (2 * jitter - 1)
        if self.schedule:
            return self.schedule[min(attempt, len(self.schedule)) - 1] * spread
        # Bounded before the power is taken: a factor of 3 overflows a float at attempt 650.
        growth = min(self.factor ** min(attempt - 1, 64), self.longest / self.first)
        return min(self.first * growth * spread, self.longest)

    def _is_too_old(self, due: datetime, made_at: datetime | None) -> bool:
        return self.max_age is not None and made_at is not None and due - made_at > self.max_age


def _text(duration: timedelta) -> str:
    """For people, to two places: `6h`, `1d 3h`, `5m 10s`."""
    seconds = round(duration.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"

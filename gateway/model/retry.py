"""When to try again, or never: a decision, computed from the attempts so far and the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SPREAD = 0.1
"""How far jitter moves a delay, as a share of it: destinations that failed together don't return together."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential: `first`, times `factor` each time, never more than `longest`, in all `attempts` tries."""

    first: timedelta = timedelta(seconds=10)
    factor: float = 3
    longest: timedelta = timedelta(hours=6)
    attempts: int = 12

    def next_due(
        self, attempt: int, now: datetime, *, jitter: float, retry_after: float | None = None
    ) -> datetime | None:
        """When the try after number `attempt` (from 1) is due; None when that was the last.

        `jitter` is a random number from 0 to 1. `retry_after` (seconds, from the far side) is kept where it is
        later, up to `longest`.
        """
        if attempt >= self.attempts:
            return None
        # Bounded before the power is taken: a factor of 3 overflows a float at attempt 650.
        growth = min(self.factor ** min(attempt - 1, 64), self.longest / self.first)
        delay = min(self.first * growth * (1 + SPREAD * (2 * jitter - 1)), self.longest)
        if retry_after is not None:
            delay = max(delay, min(timedelta(seconds=retry_after), self.longest))
        return now + delay

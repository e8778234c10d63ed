"""A token bucket: so many a second, and a burst."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a time, at once or spread over it."""

    per_second: float
    burst: float
    text: str = ""
    """As it was configured."""


def drawn(tokens: float, at: float, now: float, rate: Rate) -> float:
    """The tokens left at `now` after one more was drawn; negative where there was none, and none was drawn.

    >>> drawn(1, at=0, now=0, rate=Rate(2, 10))
    0.0
    >>> drawn(0, at=0, now=0.25, rate=Rate(2, 10))
    -0.5
    """
    return min(rate.burst, tokens + max(0.0, now - at) * rate.per_second) - 1.0


class Bucket:
    """Lets `rate` things a second pass, and `burst` at once after a pause. Seconds are `clock`'s."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self._rate = Rate(rate, burst)
        self._clock = clock
        self._tokens = burst
        self._at = clock()

    def takes(self) -> bool:
        """Whether one more passes now."""
        now = self._clock()
        left = drawn(self._tokens, self._at, now, self._rate)
        self._tokens, self._at = left if left >= 0 else left + 1, now
        return left >= 0

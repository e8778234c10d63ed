"""A token bucket: so many a second, and a burst."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

_PACED = 0.25
"""Seconds: what a destination may get at once, as a share of its rate."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a time, at once or spread over it."""

    per_second: float
    burst: float
    text: str = ""
    """As it was configured."""

    def paced(self) -> Rate:
        """The same, spread: at once no more than what a quarter of a second brings, and one at least.

        >>> [Rate(20, 20).paced().burst, Rate(5 / 3600, 5).paced().burst]
        [5.0, 1.0]
        """
        return replace(self, burst=max(1.0, min(self.burst, self.per_second * _PACED)))


def filled(tokens: float, at: float, now: float, rate: Rate) -> float:
    """The tokens at `now` where there were `tokens` at the time `at`."""
    return min(rate.burst, tokens + max(0.0, now - at) * rate.per_second)


def drawn(tokens: float, at: float, now: float, rate: Rate) -> float:
    """The tokens left at `now` after one more was drawn; negative where there was none, and none was drawn.

    >>> drawn(1, at=0, now=0, rate=Rate(2, 10))
    0.0
    >>> drawn(0, at=0, now=0.25, rate=Rate(2, 10))
    -0.5
    """
    return filled(tokens, at, now, rate) - 1.0


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

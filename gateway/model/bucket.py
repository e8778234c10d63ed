"""A token bucket: so many a second, and a burst."""

from __future__ import annotations

from collections.abc import Callable


class Bucket:
    """Lets `rate` things a second pass, and `burst` at once after a pause. Seconds are `clock`'s."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._at = clock()

    def takes(self) -> bool:
        """Whether one more passes now."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

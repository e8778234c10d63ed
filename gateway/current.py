"""The configuration in force in this process: the newest Gateway that could be built."""

from __future__ import annotations

from collections.abc import Callable

from gateway.pipeline import Gateway
from gateway.telemetry.logs import log


class Current:
    """The newest Gateway of this process. One that can't be built leaves the old in force, and is told."""

    def __init__(self, gateway: Gateway, build: Callable[[int], Gateway]) -> None:
        self.gateway = gateway
        self.failed: str = ""
        """Why the newest revision is not in force; "" where it is."""
        self._build = build
        self._tried = gateway.revision

    def follow(self, newest: int) -> bool:
        """Put the revision `newest` in force if it is one; whether it is now. Call it about once a second."""
        if newest <= self._tried:
            return False
        self._tried = newest
        try:
            self.gateway = self._build(newest)
        except Exception as error:
            self.failed = f"revision {newest} can't be built: {error}"
            log.error("configuration.failed", revision=newest, error=str(error))
            return False
        self.failed = ""
        log.info("configuration.in_force", revision=newest)
        return True

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


class Opened:
    """The destinations that this process has opened: of the revision in force, and of earlier ones still in use."""

    def __init__(self) -> None:
        self._opened: list[Gateway] = []

    async def open(self, gateway: Gateway) -> None:
        """Open those of `gateway`."""
        self._opened.append(gateway)
        for outlet in gateway.destinations.values():
            await outlet.destination.open()

    async def close_all_but(self, *used: Gateway) -> None:
        """Close those that belong to none of `used`."""
        for gateway in [one for one in self._opened if not any(one is other for other in used)]:
            self._opened.remove(gateway)
            for outlet in gateway.destinations.values():
                await outlet.destination.close()

"""`kind = "log"`: write the event into the log, to see what passes."""

from __future__ import annotations

from gateway.model.delivery import Reply
from gateway.model.payload import Payload
from gateway.telemetry.logs import log
from gateway.toml import Table


class Options(Table):
    """It has none."""


class Destination:
    """The log on stderr."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self._options = options

    async def open(self) -> None:
        """Nothing."""

    async def deliver(self, payload: Payload) -> Reply:
        """Write the event as one line. It can't fail."""
        event = payload.event
        log.info(
            "event.logged",
            destination=self.name,
            event_id=event.id,
            type=event.type,
            source=event.source,
            subject=event.subject,
            data=payload.data.decode(),
        )
        return Reply()

    async def close(self) -> None:
        """Nothing."""

    def __repr__(self) -> str:
        """Its name."""
        return f"log({self.name})"

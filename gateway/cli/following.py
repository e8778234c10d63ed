"""Watching an event until every delivery of it has come to its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from gateway.store.history import History

_LOOK_EVERY = 0.1
_ENDED = ("delivered", "dead", "cancelled")

Delivery = dict[str, Any]


def follow(history: History, event_id: str, seconds: float, tell: Callable[[Delivery], None]) -> list[Delivery] | None:
    """The event's deliveries once all have ended, None where they didn't within `seconds`; `tell` hears each change."""
    deadline = time.monotonic() + seconds
    told: dict[str, tuple[str, int]] = {}
    while True:
        event = history.event(event_id)
        deliveries: list[Delivery] = event["deliveryList"] if event else []
        for delivery in deliveries:
            seen = (delivery["state"], delivery["attempts"])
            if told.get(delivery["id"]) != seen:
                told[delivery["id"]] = seen
                tell(delivery)
        if event and all(delivery["state"] in _ENDED for delivery in deliveries):
            return deliveries
        if time.monotonic() > deadline:
            return None
        time.sleep(_LOOK_EVERY)

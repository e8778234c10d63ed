"""The duty to bring one event to one destination, and the tries at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.model.event import Event


class State(StrEnum):
    """Where a delivery is; there are no others."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What an attempt came to."""

    DELIVERED = "delivered"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Original:
    """The call that brought an event, as it is stored: its secrets are masked."""

    method: str
    headers: Mapping[str, str]
    """Names in lower case."""
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that a worker holds."""

    id: int
    event: Event
    route: str
    destination: str
    attempt: int
    """The number of the try that is due, from 1."""
    webhook_id: str
    """The same at every attempt; what a receiver recognises a repeat by (Standard Webhooks)."""
    order_key: str | None = None
    """Deliveries of one destination that share it go one at a time, in order."""
    replay: int | None = None
    """The number of the replay that made it."""
    original: Original | None = None
    """The call that brought the event, where the way out asks for it."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What one destination gets."""

    body: bytes
    content_type: str
    headers: Mapping[str, str]
    event: Event


@dataclass(frozen=True, slots=True)
class Reply:
    """What a destination's system said when it took a payload."""

    status: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, and what comes next. Immutable, as recorded."""

    delivery: Delivery
    started_at: datetime
    took: timedelta
    outcome: Outcome
    state: State
    """The delivery's state after it: delivered, waiting or dead."""
    due_at: datetime | None = None
    """When the next is due, where the delivery waits again."""
    status: int | None = None
    error: str = ""
    holds: bool = False
    """Whether a dead letter of this destination holds back the next of its order key."""
    pauses: bool = False
    """Whether the destination wants no more of anything (HTTP 410)."""

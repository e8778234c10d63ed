"""The duty to bring one event to one destination, and the tries at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.model.event import Event
from gateway.model.join import Membership
from gateway.model.original import Original
from gateway.model.route import Duty


class State(StrEnum):
    """Where a delivery is; there are no others."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    DEAD = "dead"
    CANCELLED = "cancelled"


UNCONFIGURED = "unconfigured"
"""Why a delivery waits whose destination or route is gone from the configuration."""


class Outcome(StrEnum):
    """What an attempt came to."""

    DELIVERED = "delivered"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"


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
    made_at: datetime | None = None
    """When the duty arose."""
    original: Original | None = None
    """The call that brought the event, where the way out asks for it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What went over the wire at one try, as text, its secrets masked: kept where a destination is debugged."""

    request: str
    response: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What a destination found out: it becomes an event of its own."""

    type: str
    subject: str | None
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a destination's system said when it took a payload."""

    status: int | None = None
    exchange: Exchange | None = None
    made: tuple[Made, ...] = ()
    """What it brought: recorded with the attempt, and routed like any other event."""
    note: str = ""
    """What is to be told of the attempt, though it is delivered."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that the gateway makes itself, where it goes and where it belongs."""

    event: Event
    revision: int
    duties: tuple[Duty, ...] = ()
    memberships: tuple[Membership, ...] = ()


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
    """Whether, dead, it holds back those that are ordered after it."""
    is_counted: bool = True
    """Whether it was a try at all: what has no route or destination any more waits, and is not tried."""
    exchange: Exchange | None = None
    pauses: bool = False
    """Whether the destination wants no more of anything (HTTP 410)."""
    made: tuple[NewEvent, ...] = ()
    """What came of it."""
    is_its_own: bool = False
    """Whether it failed for a reason of its own, which says nothing of the destination."""

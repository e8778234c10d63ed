"""[destinations.<name>] and [routes.<name>]: where events go, and which."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from gateway.toml import Kind, Table
from gateway.values import Flag, Names, PositiveDuration, RatePerTime

Schedule = Annotated[
    Annotated[Literal["standard-webhooks"], Tag("(name)")] | Annotated[tuple[PositiveDuration, ...], Tag("(list)")],
    Discriminator(lambda value: "(list)" if isinstance(value, list | tuple) else "(name)"),
]


class RetrySettings(Table):
    """How long a destination is tried; the defaults last about 27 hours."""

    first: PositiveDuration = timedelta(seconds=10)
    """How long after the first attempt the second comes, give or take a little;"""
    factor: Annotated[float, Field(ge=1, le=100)] = 3
    """each wait is so many times the one before,"""
    longest: PositiveDuration = timedelta(hours=6)
    """and none is longer than this. A `Retry-After` is kept up to it too."""
    attempts: Annotated[int, Field(strict=True, ge=1, le=1000)] = 12
    """After so many it is a dead letter."""
    schedule: Schedule = ()
    """Fixed waits in place of `first`, `factor` and `attempts`: a
    list such as `["5s", "1m"]`, or Standard Webhooks' own."""
    max_age: PositiveDuration | None = None
    """No try is made of what is older than this."""


class BreakerSettings(Table):
    """When a destination that keeps failing is left alone, and for how long."""

    failures: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 10
    """So many in a row."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Or so many of the last attempts,"""
    of: Annotated[int, Field(strict=True, ge=1, le=1000)] = 40
    """of which there must be this many."""
    rest: PositiveDuration = timedelta(seconds=10)
    """How long it is left alone first; then one attempt probes it, and each that fails doubles the rest,"""
    longest: PositiveDuration = timedelta(minutes=5)
    """up to this."""


class DestinationSettings(Kind):
    """[destinations.<name>]: where events go. The keys of its kind stand beside these."""

    group: str = ""
    """Where it stands in lists."""
    description: str = ""
    """What it is, for people."""
    active: Flag = True
    """An inactive one keeps its deliveries waiting."""
    retry: RetrySettings = RetrySettings()
    """When an attempt that failed is made again, and how often."""
    timeout: PositiveDuration = timedelta(seconds=30)
    """Of one attempt as a whole."""
    order_by: str = ""
    """Tags, such as `#event.subject#`: those that are equal are delivered one at a time, in order."""
    on_dead: Literal["pass", "hold"] = "pass"
    """Whether a dead letter lets the next of its order pass."""
    debug: Flag = False
    """Whether each attempt's whole request and response are kept for a while, secrets masked."""
    slots: Annotated[int, Field(strict=True, ge=1, le=1000)] = 16
    """How many attempts may be under way at once."""
    rate: RatePerTime | None = None
    """How many attempts may begin in a time, such as `20/s`, all workers of this machine together."""
    breaker: BreakerSettings = BreakerSettings()
    """When it is left alone."""


class RouteSettings(Table):
    """[routes.<name>]: which events go where."""

    events: Names = ("*",)
    """Event types: one, or a list; `*` stands for any part."""
    from_: Annotated[Names | None, Field(alias="from")] = None
    """Sources: one, or a list, `destinations/recordings` and `joins/calls` too; all where it is left out."""
    when: str = ""
    """A condition on the event, in CEL: `data.duration > 30`."""
    to: Names
    """Destinations: one, or a list."""
    fields: dict[str, Any] | None = None
    """What is sent in place of the data; values may have tags."""
    active: Flag = True
    """An inactive one takes nothing."""

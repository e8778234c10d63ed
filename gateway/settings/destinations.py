"""[destinations.<name>] and [routes.<name>]: where events go, and which."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from gateway.toml import Kind, Table
from gateway.values import Flag, Names, PositiveDuration


class RetrySettings(Table):
    """How long a destination is tried; the defaults last about 27 hours."""

    first: PositiveDuration = timedelta(seconds=10)
    factor: Annotated[float, Field(ge=1, le=100)] = 3
    longest: PositiveDuration = timedelta(hours=6)
    attempts: Annotated[int, Field(strict=True, ge=1, le=1000)] = 12


class DestinationSettings(Kind):
    """[destinations.<name>]: where events go. The keys of its kind stand beside these."""

    group: str = ""
    """Where it stands in lists."""
    description: str = ""
    active: Flag = True
    """An inactive one keeps its deliveries waiting."""
    retry: RetrySettings = RetrySettings()
    timeout: PositiveDuration = timedelta(seconds=30)
    """Of one attempt as a whole."""
    slots: Annotated[int, Field(strict=True, ge=1, le=1000)] = 16
    """How many attempts may be under way at once."""


class RouteSettings(Table):
    """[routes.<name>]: which events go where."""

    events: Names = ("*",)
    """Event types; `*` stands for any part."""
    from_: Annotated[Names | None, Field(alias="from")] = None
    """Sources; all where it is left out."""
    to: Names
    """Destinations."""
    active: Flag = True

"""A decoded body and its event type: read and checked, not yet ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.model.contract import EventType
from gateway.model.reading import Data


@dataclass(frozen=True, slots=True)
class Message:
    """One event as its sender said it: `data` in its one form."""

    event: EventType
    data: Data
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Of a CloudEvent: its own attributes."""

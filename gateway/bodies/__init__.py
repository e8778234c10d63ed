"""One module a media type: the body of an HTTP call becomes items, one for each event, as they were sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.model.field_reading import Form, Pairs

MAX_EVENTS = 1000
"""How many events one request may hold."""


@dataclass(slots=True)
class Item:
    """One event as it was sent, before its contract is asked."""

    pairs: Pairs
    form: Form
    type: str = ""
    """What the item itself calls its event: a CloudEvent's type."""
    root: str = ""
    """The element that holds it, where it is XML."""
    root_namespace: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """A CloudEvent's own attributes."""


@dataclass(slots=True)
class Body:
    """What a body holds."""

    items: Sequence[Item]
    is_list: bool = False
    """Whether it came as a list, of however many."""

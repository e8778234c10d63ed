"""Events that the gateway makes itself: of what a destination found out, and of what a join gathered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gateway.model.canonical import canonical_json
from gateway.model.event import Event, rfc3339

FROM_DESTINATIONS = "/destinations/"
"""What the CloudEvents source of such an event begins with; the destination's name comes after it."""
MOST_HOPS = 8
"""Events that come of one another: beyond that, one makes the other without end."""


def an_event(
    identity: str, source: str, kind: str, subject: str | None, data: Mapping[str, object], hops: int, now: datetime
) -> Event:
    """An event of ours; `hops` says how many it came of."""
    at = rfc3339(now)
    return Event(
        identity, source, kind, subject, at, canonical_json(dict(data)), {"receivedtime": at, "hops": str(hops)}
    )


def hops_of(event: Event) -> int:
    """How many events of ours it came of."""
    return int(event.attributes.get("hops", 0))

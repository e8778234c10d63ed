"""[retention]: how long things are kept."""

from __future__ import annotations

from pydantic import Field

from gateway.toml import Table
from gateway.values import Name, PositiveDuration


class RetentionAges(Table):
    """[retention.sources.<name>]: what is kept otherwise of one source."""

    events: PositiveDuration | None = None
    """An event with its request and deliveries, from when it was received; for ever where it is left out."""
    dead: PositiveDuration | None = None
    """The same where a delivery of it is dead; by default as events."""
    quarantined: PositiveDuration | None = None
    """A request that waits in quarantine; by default as dead."""
    refused: PositiveDuration | None = None
    """A refusal; the newest ten thousand or so at most are kept anyway."""


class RetentionSettings(RetentionAges):
    """[retention]: how long things are kept. What waits to be delivered is never deleted."""

    sources: dict[Name, RetentionAges] = Field(default_factory=dict)
    """What is kept otherwise, by source; what one leaves out is as for all."""

"""A destination as it is configured, ready to be sent to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from gateway.destinations import Destination
from gateway.model.breaker import BreakerPolicy
from gateway.model.bucket import Rate
from gateway.model.retry import RetryPolicy


@dataclass(frozen=True, slots=True)
class Outlet:
    """A destination as it is configured: what sends, and what the core decides about it."""

    name: str
    destination: Destination
    retry: RetryPolicy
    slots: int
    timeout: timedelta
    active: bool = True
    asks_for_call: bool = False
    """Whether something on the way there is made of the call that brought the event."""
    holds: bool = False
    """Whether a dead letter holds back those that are ordered after it."""
    rate: Rate | None = None
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)

"""What is told of an event as it comes in, and of each attempt: metrics, and a log line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gateway.model.delivery import Attempt, Outcome
from gateway.model.event import Event
from gateway.model.route import Duty
from gateway.telemetry import metrics
from gateway.telemetry.logs import log


def counted(source: str, event: Event, duties: Iterable[Duty]) -> None:
    """An event was recorded; one whose condition could not be told is seen."""
    metrics.events.labels(source, event.type).inc()
    for route, why in {duty.route: duty.dead for duty in duties if duty.dead}.items():
        metrics.conditions_failed.labels(route).inc()
        log.warning("condition.failed", route=route, event_id=event.id, type=event.type, why=why)


def told(attempt: Attempt, now: datetime) -> None:
    """Tell of `attempt`, which ended at `now`."""
    delivery = attempt.delivery
    metrics.attempts.labels(delivery.destination, attempt.outcome.value).inc()
    if attempt.outcome is Outcome.DELIVERED and delivery.replay is None and "replayof" not in delivery.event.attributes:
        received = datetime.fromisoformat(delivery.event.attributes["receivedtime"])
        metrics.latency.observe(max(0.0, (now - received).total_seconds()))
    log.info(
        "delivery.attempted", event_id=delivery.event.id, type=delivery.event.type, route=delivery.route,
        destination=delivery.destination, attempt=delivery.attempt, outcome=attempt.outcome, state=attempt.state,
        status=attempt.status, error=attempt.error or None, took_ms=round(attempt.took.total_seconds() * 1000, 2),
        due_at=attempt.due_at.isoformat() if attempt.due_at else None,
    )  # fmt: skip

"""What is told of an attempt: a log line and its metrics."""

from __future__ import annotations

from datetime import datetime

from gateway.model.delivery import Attempt, Outcome
from gateway.telemetry import metrics
from gateway.telemetry.logs import log


def told(attempt: Attempt, now: datetime) -> None:
    """Tell of `attempt`, which ended at `now`."""
    delivery = attempt.delivery
    metrics.attempts.labels(delivery.destination, attempt.outcome.value).inc()
    if attempt.outcome is Outcome.DELIVERED:
        received = datetime.fromisoformat(delivery.event.attributes["receivedtime"])
        metrics.latency.observe(max(0.0, (now - received).total_seconds()))
    log.info(
        "delivery.attempted", event_id=delivery.event.id, type=delivery.event.type, route=delivery.route,
        destination=delivery.destination, attempt=delivery.attempt, outcome=attempt.outcome, state=attempt.state,
        status=attempt.status, error=attempt.error or None, took_ms=round(attempt.took.total_seconds() * 1000, 2),
        due_at=attempt.due_at.isoformat() if attempt.due_at else None,
    )  # fmt: skip

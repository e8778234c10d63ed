"""Every metric, in one table. All processes of one `gateway run` are summed, through files in the runtime folder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

requests = Counter(
    "gateway_requests_total", "Calls, by what became of them.", ["source", "binding", "outcome", "reason"]
)
events = Counter("gateway_events_accepted_total", "Events that were recorded.", ["source", "type"])
attempts = Counter("gateway_attempts_total", "Tries to deliver.", ["destination", "outcome"])
conditions_failed = Counter(
    "gateway_conditions_failed_total", "Events whose way could not be told: dead letters from the start.", ["route"]
)
latency = Histogram(
    "gateway_delivery_latency_seconds",
    "How long it took from receipt to delivered, of what was delivered.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600, 3600, 86400),
)
commit_seconds = Histogram(
    "gateway_commit_seconds",
    "How long a durable commit took; callers wait for it.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 10),
)
commit_size = Histogram("gateway_commit_batch_size", "Requests in one commit.", buckets=(1, 2, 4, 8, 16, 32, 64))
claim_seconds = Histogram(
    "gateway_claim_seconds",
    "How long it took a worker to claim what is due.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2),
)
breaker_open = Gauge(
    "gateway_breaker_open",
    "1 where a worker leaves the destination alone, or probes it; else 0.",
    ["destination"],
    multiprocess_mode="livemax",
)
joins_emitted = Counter("gateway_joins_emitted_total", "Events that joins made, each version one.", ["join"])
deleted = Counter("gateway_retention_deleted_total", "Rows that were deleted because they were old enough.", ["what"])
revision = Gauge(
    "gateway_config_revision",
    "The number of the configuration in force, the highest of all processes.",
    multiprocess_mode="max",
)


class Backlog(Protocol):
    """What of the store is measured when it is asked for."""

    def counts(self) -> Iterable[tuple[str, str, int]]:
        """(destination, state, deliveries), counted no further than 10,001."""

    def waiting_seconds(self) -> Iterable[tuple[str, float]]:
        """(destination, seconds since its oldest waiting delivery was made)."""


class _BacklogCollector:
    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog

    def collect(self) -> Iterable[Metric]:
        deliveries = GaugeMetricFamily(
            "gateway_deliveries", "Deliveries not finished, or dead; 10001 means more.", labels=["destination", "state"]
        )
        for destination, state, count in self._backlog.counts():
            deliveries.add_metric([destination, state], count)
        yield deliveries
        oldest = GaugeMetricFamily(
            "gateway_oldest_waiting_seconds", "How old the oldest delivery is that waits.", labels=["destination"]
        )
        for destination, seconds in self._backlog.waiting_seconds():
            oldest.add_metric([destination], seconds)
        yield oldest


def exposition(folder: str | None, backlog: Backlog | None) -> bytes:
    """The metrics of all processes that write to `folder`, or of this one, in the text format; with the backlog."""
    registry = CollectorRegistry()
    if folder:
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    else:
        for metric in (
            requests, events, attempts, conditions_failed, latency, commit_seconds, commit_size, claim_seconds,
            breaker_open, deleted, revision,
        ):  # fmt: skip
            registry.register(metric)
    if backlog is not None:
        registry.register(_BacklogCollector(backlog))
    return generate_latest(registry)

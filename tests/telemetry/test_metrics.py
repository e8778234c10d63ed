"""Every metric by its pinned name, and all processes of one gateway summed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from gateway.errors import REASONS
from gateway.telemetry import metrics
from tests import ROOT


class Backlog:
    """What a store would say."""

    def counts(self) -> Iterable[tuple[str, str, int]]:
        return [("crm", "waiting", 3), ("crm", "dead", 1)]

    def waiting_seconds(self) -> Iterable[tuple[str, float]]:
        return [("crm", 2.5)]


def exposed(backlog: Backlog | None = None, folder: str | None = None) -> dict[str, dict[tuple[str, ...], float]]:
    """Samples by name and label values, in order of the labels' names."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(metrics.exposition(folder, backlog).decode()):
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gateway_requests_total", "counter"),
        ("gateway_events_accepted_total", "counter"),
        ("gateway_attempts_total", "counter"),
        ("gateway_deliveries", "gauge"),
        ("gateway_oldest_waiting_seconds", "gauge"),
        ("gateway_delivery_latency_seconds", "histogram"),
        ("gateway_commit_seconds", "histogram"),
        ("gateway_commit_batch_size", "histogram"),
        ("gateway_claim_seconds", "histogram"),
        ("gateway_breaker_open", "gauge"),
        ("gateway_config_revision", "gauge"),
    ],
)
def test_a_metric_has_its_pinned_name_and_kind(name: str, kind: str) -> None:
    lines = metrics.exposition(None, Backlog()).decode().splitlines()
    assert 1 == lines.count(f"# TYPE {name} {kind}")


@pytest.mark.parametrize(
    ("metric", "labels"),
    [
        (metrics.requests, ("source", "binding", "outcome", "reason")),
        (metrics.events, ("source", "type")),
        (metrics.attempts, ("destination", "outcome")),
        (metrics.latency, ()),
        (metrics.breaker_open, ("destination",)),
        (metrics.revision, ()),
    ],
)
def test_a_metric_has_its_pinned_labels(metric: MetricWrapperBase, labels: tuple[str, ...]) -> None:
    assert labels == tuple(metric._labelnames)


def test_a_refusal_is_counted_by_its_reason() -> None:
    for reason in REASONS:
        metrics.requests.labels("told", "json", "refused", reason).inc()
    counted = {key: value for key, value in exposed()["gateway_requests_total"].items() if key[-1] == "told"}
    assert {("json", "refused", reason, "told"): 1.0 for reason in REASONS} == counted


def test_the_backlog_is_asked_for_when_metrics_are() -> None:
    found = exposed(Backlog())
    assert {("crm", "waiting"): 3.0, ("crm", "dead"): 1.0} == found["gateway_deliveries"]
    assert {("crm",): 2.5} == found["gateway_oldest_waiting_seconds"]


def test_without_a_store_there_is_no_backlog() -> None:
    assert "gateway_deliveries" not in exposed(None)


_COUNTS = """
import sys
from gateway.telemetry import metrics
metrics.attempts.labels("crm", "delivered").inc(int(sys.argv[1]))
metrics.latency.observe(0.2)
metrics.revision.set(int(sys.argv[1]))
"""


def test_the_processes_of_one_gateway_are_summed(tmp_path: Path) -> None:
    multiprocess = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for number in ("2", "3"):
        subprocess.run([sys.executable, "-c", _COUNTS, number], env=multiprocess, cwd=ROOT, check=True)
    found = exposed(Backlog(), str(tmp_path))
    assert {("crm", "delivered"): 5.0} == found["gateway_attempts_total"]
    assert {(): 2.0} == found["gateway_delivery_latency_seconds_count"]
    assert {(): 3.0} == found["gateway_config_revision"]
    assert {("crm", "waiting"): 3.0, ("crm", "dead"): 1.0} == found["gateway_deliveries"]

"""metrics.md: every metric of /metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from gateway.telemetry import metrics
from tests.reference.tables import GENERATED, table

_HEAD = """# Every metric

At `/metrics` of the admin's address, in Prometheus' text format; all processes of one `gateway run` are summed.
`gateway work --listen HOST:PORT` serves its own. A histogram has `_bucket`, `_sum` and `_count`; times are in seconds.
"""


@dataclass(frozen=True)
class Shown:
    """One metric, as it is asked for."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str
    buckets: tuple[float, ...] = ()


class Nothing:
    """A backlog that is empty."""

    def counts(self) -> list[tuple[str, str, int]]:
        return []

    def waiting_seconds(self) -> list[tuple[str, float]]:
        return []


def metrics_page() -> str:
    """The page."""
    head = ["metric", "is a", "meaning", "buckets, up to"]
    return "\n".join([GENERATED, _HEAD, table(head, map(_row, every_metric()))])


def every_metric() -> Iterator[Shown]:
    """Those of the module, in its order, then those that are looked up in the store."""
    for one in vars(metrics).values():
        if isinstance(one, Counter | Gauge | Histogram):
            (family,) = one.describe()
            name = f"{family.name}_total" if isinstance(one, Counter) else family.name
            buckets = tuple(one._kwargs["buckets"]) if isinstance(one, Histogram) else ()
            yield Shown(name, family.type, tuple(one._labelnames), family.documentation, buckets)
    backlog: Collector = metrics._BacklogCollector(Nothing())
    for family in backlog.collect():
        yield Shown(family.name, family.type, _labels(family), family.documentation)


def _labels(family: Metric) -> tuple[str, ...]:
    return tuple(getattr(family, "_labelnames", ()))


def _row(one: Shown) -> tuple[str, ...]:
    labels = f"{{{','.join(one.labels)}}}" if one.labels else ""
    return f"`{one.name}{labels}`", one.kind, one.meaning, " ".join(f"{bound:g}" for bound in one.buckets)

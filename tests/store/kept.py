"""What retention's tests share: things recorded long ago, and everything that a round deletes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway.model.delivery import Outcome
from gateway.model.event import Event
from gateway.model.retention import Ages, Policy
from gateway.store import tables
from gateway.store.outbox import Outbox
from gateway.store.retention import Retention
from gateway.store.store import Store
from tests.builders import NOON, a_request, an_attempt, an_entry
from tests.store.batches import count

DAY = timedelta(days=1)
A_MONTH = Policy(Ages(events=30 * DAY, dead=30 * DAY))
_KEPT = ("requests", "events", "deliveries", "attempts", "bodies", "refusals")


def record(
    store: Store, *events: Event, at: datetime = NOON, to: Sequence[str] = ("crm",), body: bytes = b"{}", **more: Any
) -> None:
    request = a_request(body, received_at=at, source=more.pop("source", "pbx"))
    store.inbox.record(an_entry(*events, to=to, request=request, **more))


def settle(store: Store, outcome: Outcome, destination: str = "crm", slots: int = 5000) -> None:
    """Whatever is due comes to `outcome`."""
    outbox = Outbox(store.database, "one")
    later = NOON + 3650 * DAY
    outbox.settle([an_attempt(one, outcome) for one in outbox.claim({destination: slots}, later)], later)


def sweep_all(retention: Retention, policy: Policy, now: datetime) -> Counter[str]:
    """Everything that a round deletes; no batch of it is larger than it may be."""
    deleted: Counter[str] = Counter()
    for _ in range(100):
        swept = retention.sweep(policy, now)
        assert 2000 >= sum(swept.deleted.values())
        deleted.update(swept.deleted)
        if not swept.more:
            return +deleted
    raise AssertionError("it never ends")


def deleted_at(store: Store, now: datetime, policy: Policy = A_MONTH) -> dict[str, int]:
    return dict(sweep_all(Retention(store.database), policy, now))


def rows(store: Store) -> dict[str, int]:
    """How many rows there are in each table that has any."""
    return {name: number for name in _KEPT if (number := count(store.database, tables.metadata.tables[name]))}

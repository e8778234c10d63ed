"""Deliveries as rows: made, changed, looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update

from gateway.model.event import Event
from gateway.store.store import Store
from gateway.store.tables import AT_ONCE, deliveries, micros
from tests.builders import NOON, a_request, an_entry, an_event


def waiting(store: Store, to: Sequence[str] = ("crm",), at: datetime = NOON) -> Event:
    """An event, recorded, with a delivery that waits for each of `to`."""
    made = an_event()
    store.inbox.record(an_entry(made, to=to, request=a_request(b"{}", received_at=at)))
    make_due(store, at)
    return made


def make_due(store: Store, at: datetime) -> None:
    """What is due at once is so `at` that time only, as a retry is."""
    with store.database.writing() as connection:
        connection.execute(update(deliveries).where(deliveries.c.due_at == AT_ONCE).values(due_at=micros(at)))


def shown(store: Store, number: int = 1) -> dict[str, Any]:
    found = store.history.delivery(str(number))
    assert found is not None
    return found


def state(store: Store, number: int = 1) -> tuple[str, int]:
    found = shown(store, number)
    return found["state"], found["attempts"]


def make_replays(store: Store, *numbers: int) -> None:
    with store.database.writing() as connection:
        connection.execute(update(deliveries).where(deliveries.c.id.in_(numbers)).values(priority=1))


def make_older(store: Store) -> None:
    """The schema of the program before this one."""
    with store.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE erasures")
        for index in ("joins_by_name", "requests_repeated"):
            connection.exec_driver_sql(f"DROP INDEX {index}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0006'")

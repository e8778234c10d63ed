"""Deliveries with order keys: made, and looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from gateway.model.delivery import Delivery
from gateway.model.route import Duty
from gateway.store.outbox import Outbox
from gateway.store.store import Store
from gateway.store.tables import deliveries
from tests.builders import NOON, an_entry, an_event

_SHOWN = (deliveries.c.id, deliveries.c.state, deliveries.c.head, deliveries.c.held)


def record(store: Store, *keys: str | None, to: str = "crm", dead: str = "") -> None:
    """One call that brings an event for each of `keys`."""
    duties = [[Duty("all", to, key, dead)] for key in keys]
    store.inbox.record(an_entry(*(an_event() for _ in keys), duties=duties))


def standing(store: Store, *numbers: int) -> list[tuple[Any, ...]]:
    """(id, state, head, held) of these deliveries, or of all."""
    query = select(*_SHOWN).order_by(deliveries.c.id)
    if numbers:
        query = query.where(deliveries.c.id.in_(numbers))
    with store.database.reading() as connection:
        return [tuple(row) for row in connection.execute(query)]


def claimed(store: Store, slots: int = 9, owner: str = "one") -> list[Delivery]:
    return Outbox(store.database, owner).claim({"crm": slots}, NOON)


def ids(some: Sequence[Delivery]) -> list[int]:
    return [one.id for one in some]

"""Events that the gateway makes itself, recorded with where they go and where they belong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from gateway.model.delivery import NewEvent
from gateway.model.idempotency import short
from gateway.store import order
from gateway.store.dialect import insert_numbered, storable
from gateway.store.memberships import insert_memberships
from gateway.store.records import Numbers, delivery_rows, event_row, insert_deliveries
from gateway.store.tables import events


def names_in(made: Iterable[NewEvent]) -> set[str]:
    """Every name that their rows refer to."""
    found = {name for one in made for duty in one.duties for name in (duty.route, duty.destination)}
    return found | {place.join for one in made for place in one.memberships}


def keys_of(made: Iterable[NewEvent], numbers: Numbers) -> set[order.Key]:
    """The order keys of their deliveries, to be locked before anything of them is recorded."""
    return {
        (numbers[duty.destination], short(storable(duty.order_key)))
        for one in made
        for duty in one.duties
        if duty.order_key
    }


def insert_new(connection: Connection, made: Sequence[NewEvent], numbers: Numbers, at: int) -> None:
    """Record them, in a transaction that has locked their keys."""
    rows = [event_row(one.event, request=None, position=0, received_at=at) for one in made]
    numbered = list(zip(made, insert_numbered(connection, events, rows), strict=True))
    insert_deliveries(
        connection,
        [
            row
            for one, event in numbered
            for row in delivery_rows(one.event.id, one.duties, numbers, event=event, revision=one.revision, at=at)
        ],
    )
    insert_memberships(connection, [(event, one.memberships) for one, event in numbered], numbers, at)

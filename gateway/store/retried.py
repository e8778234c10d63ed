"""Stored requests that are read again: what each was, and the new events that come of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from gateway.model.event import Event
from gateway.model.join import Membership
from gateway.model.receipt import Receipt
from gateway.model.route import Duty
from gateway.store.dialect import chunks, insert_numbered
from gateway.store.engine import Database
from gateway.store.entry import Entry
from gateway.store.items import retried_as
from gateway.store.memberships import insert_memberships
from gateway.store.names import Names
from gateway.store.originals import body_of, event_of
from gateway.store.records import Numbers, delivery_rows, event_row, insert_deliveries, outcomes
from gateway.store.tables import events, micros, moment_of, names, requests

ACCEPTED, QUARANTINED = "accepted", "quarantined"


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A recorded request, as it arrived but for its secrets, and the events that it made."""

    row: int
    request_id: str
    source: str
    state: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    caller: str
    event_ids: Sequence[str]
    """What its caller was told, in its order; a repeat's is another request's."""
    events: Mapping[str, Event]
    """Those of its own that are still there, by id."""
    repeats: frozenset[str]
    """Those of `event_ids` that another request made."""
    retried_as: Sequence[str]
    """The events that it was made into since."""


@dataclass(frozen=True, slots=True)
class Remade:
    """A new event of a stored request, and where it goes."""

    event: Event
    position: int
    duties: Sequence[Duty]
    replay_of: str | None
    """The event that stood in its place before; None where none did."""
    memberships: Sequence[Membership] = ()
    """Where it belongs."""


class RetriedRequests:
    """Reads them, and records what comes of them. Write with it from one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names = Names()

    def find(self, request_id: str) -> StoredRequest | None:
        """The recorded request with this id; one that was refused is no such."""
        with self._database.reading() as connection:
            query = select(requests, names.c.name.label("source_name")).join(names, names.c.id == requests.c.source)
            row = connection.execute(query.where(requests.c.request_id == request_id)).first()
            if row is None:
                return None
            body = body_of(connection, row)
            event_ids: list[str] = json.loads(row.event_ids)
            made = [
                one
                for some in chunks(event_ids)
                for one in connection.execute(select(events).where(events.c.event_id.in_(some)))
            ]
        return StoredRequest(
            row=row.id, request_id=request_id, source=row.source_name, state=row.state, method=row.method,
            path=row.path, query=row.query, headers=json.loads(row.headers), body=body,
            received_at=moment_of(row.received_at), caller=row.caller, event_ids=event_ids,
            events={one.event_id: event_of(one) for one in made if one.request == row.id},
            repeats=frozenset(one.event_id for one in made if one.request != row.id),
            retried_as=retried_as(row),
        )  # fmt: skip

    def record(
        self, stored: StoredRequest, remade: Sequence[Remade], entry: Entry, *, now: datetime
    ) -> Sequence[str] | None:
        """Record new events of `stored`, and where they go: all or none. None where it is no more as it was found.

        One that was in quarantine is accepted from now on, as if it came now: they are its events, but for those that
        were recorded meanwhile. The ids of its events. Raises ContractViolation where its key was used otherwise.
        """
        wanted = {name for one in remade for duty in one.duties for name in (duty.route, duty.destination)}
        wanted |= {stored.source, *(place.join for one in remade for place in one.memberships)}
        with self._database.writing() as connection:
            # Held until the end, so that retention leaves it, and no other retry makes its events twice.
            row = connection.execute(select(requests).where(requests.c.id == stored.row).with_for_update()).first()
            if row is None or row.state != stored.state or retried_as(row) != list(stored.retried_as):
                return None
            numbers = self._names.numbered(connection, wanted)
            changed, remade = _settled(connection, stored, remade, entry, numbers)
            rows = [_event_row(stored, one) for one in remade]
            event_rows = insert_numbered(connection, events, rows) if rows else []
            deliveries = [
                delivery
                for one, event in zip(remade, event_rows, strict=True)
                for delivery in delivery_rows(
                    one.event.id, one.duties, numbers, event=event, revision=entry.revision, at=micros(now)
                )
            ]
            insert_deliveries(connection, deliveries)
            made = [(event, one.memberships) for one, event in zip(remade, event_rows, strict=True)]
            insert_memberships(connection, made, numbers, micros(now))
            connection.execute(update(requests).where(requests.c.id == stored.row).values(**changed))
        self._names.remember()
        return [one.event.id for one in remade]


def _settled(
    connection: Connection, stored: StoredRequest, remade: Sequence[Remade], entry: Entry, numbers: Numbers
) -> tuple[dict[str, Any], Sequence[Remade]]:
    """What changes of a request's row, and which of the events are to be recorded."""
    if stored.state != QUARANTINED:
        return {"retried_as": json.dumps([*stored.retried_as, *(one.event.id for one in remade)])}, remade
    (receipt,) = outcomes(connection, [entry], numbers)
    if not isinstance(receipt, Receipt):
        raise receipt
    new = [one for one in remade if one.event.id in receipt.event_ids]
    event_ids = json.dumps(receipt.event_ids)
    retried = json.dumps([one.event.id for one in new])
    understood = {"reason": None, "violations": None}
    return {"state": receipt.status.value, "event_ids": event_ids, "retried_as": retried, **understood}, new


def _event_row(stored: StoredRequest, one: Remade) -> dict[str, Any]:
    received_at = micros(stored.received_at)
    row = event_row(one.event, request=stored.row, position=one.position, received_at=received_at)
    return row | {"replay_of": one.replay_of}

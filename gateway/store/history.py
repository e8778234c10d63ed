"""What came in, what went out and what is stuck: lists, newest first, and single rows whole."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, func, literal, literal_column, select

from gateway.model.delivery import State
from gateway.store.engine import Database
from gateway.store.items import (
    Item,
    attempt_items,
    delivery_item,
    event_item,
    raw,
    refusal_item,
    request_item,
    retried_as,
)  # fmt: skip
from gateway.store.originals import body_of, event_of
from gateway.store.paging import paged
from gateway.store.tables import SUBJECT_START, deliveries, events, micros, moment_of, names, refusals, requests

_LONGEST_ID = 19
COUNTED = 10_001
"""Where a backlog is longer, that it is says enough: nobody counts a million rows to draw a page."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of a list: None selects all. `after` is an id of the list's own, and goes on to older rows."""

    limit: int = 50
    """0 for all."""
    after: str | None = None
    destination: str | None = None
    """Of deliveries only."""
    source: str | None = None
    type: str | None = None
    state: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class History:
    """Reads, each short; nothing here writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def events(self, selection: Selection) -> Iterator[Item]:
        """The events, with how many deliveries each has in each state."""
        query = _chosen(
            select(events, requests.c.request_id).join(requests, requests.c.id == events.c.request, isouter=True),
            selection, events, received=events.c.received_at, source=events.c.source == f"/in/{selection.source}",
            event=events, key=events.c.event_id,
        )  # fmt: skip
        if selection.state:
            in_state = select(deliveries.c.id).where(
                deliveries.c.event == events.c.id, deliveries.c.state == selection.state
            )
            query = query.where(in_state.exists())
        yield from paged(self._database, query, events, selection.limit, event_item)

    def event(self, event_id: str) -> Item | None:
        """One event whole, with its deliveries."""
        with self._database.reading() as connection:
            query = select(events, requests.c.request_id).join(
                requests, requests.c.id == events.c.request, isouter=True
            )
            row = connection.execute(query.where(events.c.event_id == event_id)).first()
            if row is None:
                return None
            item = event_item(connection, row)
            made = connection.execute(_DELIVERIES.where(deliveries.c.event == row.id).order_by(deliveries.c.id))
            item["event"] = json.loads(event_of(row).structured())
            item["deliveryList"] = [delivery_item(connection, one) for one in made]
            return item

    def deliveries(self, selection: Selection) -> Iterator[Item]:
        """The deliveries."""
        yield from paged(self._database, chosen_deliveries(selection), deliveries, selection.limit, delivery_item)

    def delivery(self, delivery_id: str) -> Item | None:
        """One delivery whole, with its attempts."""
        with self._database.reading() as connection:
            row = connection.execute(
                _DELIVERIES.where(deliveries.c.id == identity_of(delivery_id, deliveries.c.id))
            ).first()
            if row is None:
                return None
            return delivery_item(connection, row) | {"attemptList": attempt_items(connection, row.id)}

    def requests(self, selection: Selection) -> Iterator[Item]:
        """The requests that were recorded, or with state `refused` those that were refused."""
        if selection.state == "refused":
            query = _chosen(
                select(refusals), selection, refusals, received=refusals.c.received_at,
                source=refusals.c.source == selection.source, event=None, key=refusals.c.request_id,
            )  # fmt: skip
            yield from paged(
                self._database, query, refusals, selection.limit, lambda _connection, row: refusal_item(row)
            )
            return
        query = _chosen(
            _REQUESTS, selection, requests, received=requests.c.received_at,
            source=names.c.name == selection.source, event=None, key=requests.c.request_id,
        )  # fmt: skip
        of_it = select(events.c.id).where(events.c.request == requests.c.id)
        if selection.type:
            query = query.where(of_it.where(events.c.type == selection.type).exists())
        if selection.subject:
            query = query.where(of_it.where(is_subject(selection.subject)).exists())
        if selection.state:  # written out, so that the index of those in quarantine is used
            query = query.where(requests.c.state == literal(selection.state, literal_execute=True))
        yield from paged(self._database, query, requests, selection.limit, lambda _, row: request_item(row))

    def request(self, request_id: str) -> Item | None:
        """One request whole, by the id its caller was given: its headers, secrets masked, and its body."""
        with self._database.reading() as connection:
            row = connection.execute(_REQUESTS.where(requests.c.request_id == request_id)).first()
            if row is not None:
                return (
                    request_item(row)
                    | raw(row, body_of(connection, row))
                    | {"query": row.query, "retriedAs": retried_as(row)}
                )
            row = connection.execute(select(refusals).where(refusals.c.request_id == request_id)).first()
            return None if row is None else refusal_item(row) | raw(row, row.body) | {"detail": row.detail}

    def backlog(self, destination: str, state: State) -> int:
        """How many of a destination's deliveries are in `state`, counted no further than 10,001."""
        of = select(names.c.id).where(names.c.name == destination).scalar_subquery()
        rows = (
            select(literal(1))
            .where(deliveries.c.destination == of, deliveries.c.state == literal_column(f"'{state.value}'"))
            .limit(COUNTED)
        )
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one()

    def names(self) -> list[str]:
        """Every name that anything in the store refers to: of sources, routes and destinations."""
        with self._database.reading() as connection:
            return list(connection.execute(select(names.c.name).order_by(names.c.id)).scalars())

    def unconfigured(self, configured: Container[str]) -> list[tuple[str, int]]:
        """Destinations that deliveries wait for and the configuration doesn't have, with how many (10,001 is more)."""
        gone = [name for name in self.names() if name not in configured]
        return [(name, count) for name in gone if (count := self.backlog(name, State.WAITING))]

    def oldest_waiting(self, destination: str) -> datetime | None:
        """When the oldest waiting delivery was made; of the 10,001 due first, where more wait."""
        of = select(names.c.id).where(names.c.name == destination).scalar_subquery()
        d = deliveries.c
        waiting = (d.destination == of, d.state == literal_column("'waiting'"), d.head == literal_column("1"))
        first = select(d.created_at).where(*waiting).order_by(d.priority, d.due_at).limit(COUNTED).subquery()
        with self._database.reading() as connection:
            made = connection.execute(select(func.min(first.c.created_at))).scalar()
        return None if made is None else moment_of(made)


_route, _destination = names.alias(), names.alias()
_DELIVERIES: Select[Any] = (
    select(
        deliveries, events.c.event_id, events.c.type, events.c.source, events.c.subject,
        _route.c.name.label("route_name"), _destination.c.name.label("destination_name"),
    )
    .join(events, events.c.id == deliveries.c.event)
    .join(_route, _route.c.id == deliveries.c.route)
    .join(_destination, _destination.c.id == deliveries.c.destination)
)  # fmt: skip
_REQUESTS: Select[Any] = select(requests, names.c.name.label("source_name")).join(
    names, names.c.id == requests.c.source
)


def chosen_deliveries(selection: Selection) -> Select[Any]:
    """The deliveries that `selection` has, each with its event's type, source and subject."""
    query = _chosen(
        _DELIVERIES, selection, deliveries, received=deliveries.c.created_at,
        source=events.c.source == f"/in/{selection.source}", event=events, key=deliveries.c.id,
    )  # fmt: skip
    if selection.state:
        query = query.where(deliveries.c.state == selection.state)
    if selection.destination:
        query = query.where(_destination.c.name == selection.destination)
    return query


def _chosen(
    query: Select[Any],
    selection: Selection,
    table: Any,  # noqa: ANN401 - a table
    *,
    received: ColumnElement[int],
    source: ColumnElement[bool],
    event: Any,  # noqa: ANN401 - a table, or None where the list has no events
    key: ColumnElement[Any],
) -> Select[Any]:
    """`query` with the selection's conditions, newest first."""
    if selection.source:
        query = query.where(source)
    if selection.type and event is not None:
        query = query.where(event.c.type == selection.type)
    if selection.subject and event is not None:
        query = query.where(is_subject(selection.subject))
    if selection.since:
        query = query.where(received >= micros(selection.since))
    if selection.until:
        query = query.where(received < micros(selection.until))
    if selection.after:
        known = select(table.c.id).where(key == identity_of(selection.after, key))
        query = query.where(table.c.id < known.scalar_subquery())
    return query


def is_subject(subject: str) -> ColumnElement[bool]:
    """That an event has it; its start, which is indexed, leads there.

    The column itself is compared with something put behind it: SQLite would else put the value in its place in
    the start too, find no index for that, and look at every event.
    """
    starts = literal_column(SUBJECT_START, Text) == func.substr(subject, 1, 200)
    return starts & (events.c.subject.concat("") == subject)


def identity_of(given: str, key: ColumnElement[Any]) -> str | int:
    """What a person gave as an id, as the column has it; a number that none has where it is no number."""
    if not isinstance(key.type, Integer):
        return given
    return int(given) if given.isdecimal() and len(given) < _LONGEST_ID else 0

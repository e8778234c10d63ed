"""What an erasure takes: everything in the store that is known by a subject. It only reads."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, tuple_

from gateway.model.call_facts import STORED
from gateway.model.join import OURS
from gateway.model.made import FROM_DESTINATIONS
from gateway.store.dialect import chunks
from gateway.store.engine import Database
from gateway.store.erasure_tables import FIRST_EVENT
from gateway.store.history import is_subject
from gateway.store.join_tables import joined, joins
from gateway.store.repeats import repeats_of
from gateway.store.tables import deliveries, events, idempotency, names, requests

_STRETCH = 20_000
"""Rows that one read looks at."""

Place = tuple[int, str]
"""A source's number, and a key of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes with a subject, as it was when it was looked at."""

    subject: str
    events: Mapping[int, str]
    """Their ids, by row: those of the subject, and what joins made of them."""
    deliveries: int
    requests: Sequence[int]
    """Rows of requests none of whose events stays, repeats too."""
    kept: Sequence[str]
    """Ids of requests that brought other events as well, and stay with their whole body."""
    remade: Sequence[tuple[str, str]]
    """(join, key) of other subjects that gathered some of it: what they made goes, and is made anew of the others."""
    recordings: Sequence[tuple[str, str]]
    """(destination, path) of files."""
    keys: Sequence[Place]
    """Idempotency keys; some hold data as it came."""


def planned(database: Database, subject: str) -> Plan:
    """What there is now of `subject`."""
    with database.reading() as connection:
        found = dict(_rows(connection, is_subject(subject)))
        remade = _made_by_joins(connection, subject, found)
        ids = frozenset(found.values())
        going, kept = _requests(connection, found, ids)
        number = sum(
            connection.execute(select(func.count()).where(deliveries.c.event.in_(some))).scalar_one()
            for some in chunks(sorted(found))
        )
        recordings = list(_recordings(connection, found))
    for row, request_id, listed in _lists(database, min(going, default=0)):
        if row not in going and request_id not in kept and listed & ids:
            with database.reading() as connection:
                is_kept = _stays(connection, listed - ids)
            (kept.append(request_id) if is_kept else going.append(row))
    keys = [place for place, listed in _keys(database) if listed & ids] if found else []
    return Plan(subject, found, number, going, kept, remade, recordings, keys)


def _rows(connection: Connection, *conditions: Any) -> Iterator[tuple[int, str]]:  # noqa: ANN401 - SQL's
    for row in connection.execute(select(events.c.id, events.c.event_id).where(*conditions)):
        yield row.id, row.event_id


def _made_by_joins(connection: Connection, subject: str, found: dict[int, str]) -> list[tuple[str, str]]:
    """Add to `found` what joins made of it, and of that, and so on; the joins' keys that are of other subjects."""
    keys: set[tuple[str, str]] = set()
    looked_at: set[int] = set()
    while new := found.keys() - looked_at:
        looked_at |= new
        for some in chunks(sorted(new)):
            of = select(names.c.name, joins.c.subject).join_from(joined, joins, joins.c.id == joined.c.in_join)
            of = of.join(names, names.c.id == joins.c.name).where(joined.c.event.in_(some)).distinct()
            for name, key in connection.execute(of).all():
                if (name, key) not in keys:
                    keys.add((name, key))
                    found.update(_rows(connection, is_subject(key), events.c.source == f"{OURS}{name}"))
    return sorted(key for key in keys if key[1] != subject)


def _requests(connection: Connection, found: Mapping[int, str], ids: frozenset[str]) -> tuple[list[int], list[str]]:
    """Rows of those that go, repeats too, and ids of those that stay."""
    going, kept, lists = [], [], []
    for some in chunks(sorted(found)):
        its = select(events.c.request).where(events.c.id.in_(some), events.c.request.is_not(None)).distinct()
        for row in connection.execute(select(requests).where(requests.c.id.in_(its))).all():
            others = connection.execute(select(events.c.event_id).where(events.c.request == row.id)).scalars()
            (kept.append(row.request_id) if set(others) - ids else going.append(row.id))
            lists.append(row.event_ids)
    for repeat in repeats_of(connection, ids, lists):
        (kept.append(repeat.request_id) if _stays(connection, repeat.events - ids) else going.append(repeat.row))
    return list(dict.fromkeys(going)), list(dict.fromkeys(kept))


def _stays(connection: Connection, others: frozenset[str]) -> bool:
    """Whether any of these other events is still there."""
    found = select(events.c.id).where(events.c.event_id.in_(others)).limit(1)
    return bool(others) and connection.execute(found).first() is not None


def _recordings(connection: Connection, found: Collection[int]) -> Iterator[tuple[str, str]]:
    query = select(events.c.source, events.c.data).where(events.c.type == STORED)
    for some in chunks(sorted(found)):
        for source, data in connection.execute(query.where(events.c.id.in_(some))).all():
            if source.startswith(FROM_DESTINATIONS):
                stored = json.loads(data)
                for one in (stored, *stored.get("files", ())):
                    yield source.removeprefix(FROM_DESTINATIONS), str(one["path"])


def _lists(database: Database, first: int) -> Iterator[tuple[int, str, frozenset[str]]]:
    """Requests since the row `first` with several events, some of which may be another's: no index tells of them."""
    c = requests.c
    with database.reading() as connection:
        last = connection.execute(select(func.max(c.id))).scalar() or 0
    for start in range(first, last + 1 if first else 0, _STRETCH):
        query = select(c.id, c.request_id, c.event_ids).where(c.id >= start, c.id < start + _STRETCH)
        with database.reading() as connection:
            rows = connection.execute(query.where(func.length(c.event_ids) > FIRST_EVENT + 1)).all()
        for row in rows:
            yield row.id, row.request_id, frozenset(json.loads(row.event_ids))


def _keys(database: Database) -> Iterator[tuple[Place, frozenset[str]]]:
    """All idempotency keys, with the events that each stands for: no index tells of whom."""
    c = idempotency.c
    query = select(c.source, c.key, c.event_ids).order_by(c.source, c.key).limit(_STRETCH)
    page = query
    while True:
        with database.reading() as connection:
            rows = connection.execute(page).all()
        for row in rows:
            yield (row.source, row.key), frozenset(json.loads(row.event_ids))
        if len(rows) < _STRETCH:
            return
        page = query.where(tuple_(c.source, c.key) > tuple_(rows[-1].source, rows[-1].key))

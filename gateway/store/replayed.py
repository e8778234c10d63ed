"""What a replay meets on its way along the row ids: events and where they go, or dead letters. It only reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from gateway.model.event import Event
from gateway.model.route import Duty
from gateway.store.dialect import chunks
from gateway.store.history import COUNTED, is_subject
from gateway.store.originals import event_of
from gateway.store.replays import Wanted
from gateway.store.tables import deliveries, events, micros, names

DutiesOf = Callable[[Event], Sequence[Duty]]
"""The deliveries that an event makes by today's routes."""
Row = Any

_LOOKED_AT = 20_000
"""Rows that one statement looks at: it is done within milliseconds, however few of them are wanted."""
_MOST_BYTES = 8 * 2**20
"""Of events' data, in memory at a time."""

_d = deliveries.c
_later, _route, _destination = deliveries.alias(), names.alias(), names.alias()
_IS_DEAD = _d.state == literal_column("'dead'")


@dataclass(frozen=True, slots=True)
class Met:
    """One event, or one dead letter: what is to be made of it."""

    row: int
    """Its own row: the event's, or the dead letter's."""
    event: int
    event_id: str
    duties: Sequence[Duty]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a replay would make, looked at before it is asked for. More than 10,000 are not counted."""

    wanted: Wanted
    first: int
    """The row it begins with."""
    counted: int = 0
    nowhere: int = 0
    """Events that no route leads anywhere, or not to where they were wanted."""
    destinations: Counter[str] = field(default_factory=Counter)
    """How many deliveries each gets."""

    @property
    def is_whole(self) -> bool:
        """Whether all were counted."""
        return self.counted < COUNTED


def survey(connection: Connection, wanted: Wanted, duties_of: DutiesOf) -> Survey:
    """What there is now of `wanted`; what comes later is newer than the replay."""
    first, last = _bounds(connection, wanted)
    wanted = replace(wanted, last=last)
    counted = nowhere = 0
    destinations: Counter[str] = Counter()
    position = first - 1
    while position < last and counted < COUNTED:
        met, position = next_of(connection, wanted, position, COUNTED - counted, duties_of)
        counted += len(met)
        nowhere += sum(not one.duties for one in met)
        destinations.update(duty.destination for one in met for duty in one.duties)
    return Survey(wanted, first, counted, nowhere, destinations)


def missing(connection: Connection, event_ids: Sequence[str]) -> list[str]:
    """Those that no event has."""
    there: set[str] = set()
    for some in chunks(event_ids):
        there |= set(connection.execute(select(events.c.event_id).where(events.c.event_id.in_(some))).scalars())
    return [event_id for event_id in event_ids if event_id not in there]


def next_of(
    connection: Connection, wanted: Wanted, position: int, most: int, duties_of: DutiesOf
) -> tuple[list[Met], int]:
    """The next after the row `position`, at most so many, and the row up to which was looked: there may be none."""
    table = deliveries if wanted.dead else events
    first = connection.execute(_first(table).where(table.c.id > position)).scalar()
    if first is None or first > wanted.last:
        return [], wanted.last
    until = min(wanted.last, first + _LOOKED_AT - 1)
    query = _dead(wanted) if wanted.dead else _events(wanted)
    query = query.where(table.c.id >= first, table.c.id <= until).order_by(table.c.id).limit(most)
    rows: Sequence[Row] = connection.execute(query).all()
    is_cut = len(rows) == most
    if wanted.dead:
        return [_met(row) for row in rows], rows[-1].id if is_cut else until
    fitting = list(_fitting(rows))
    is_cut = is_cut or len(fitting) < len(rows)
    return list(_met_events(connection, fitting, wanted.to, duties_of)), fitting[-1] if is_cut else until


def _first(table: Any) -> Select[Any]:  # noqa: ANN401 - a table
    return select(table.c.id).order_by(table.c.id).limit(1)


def _bounds(connection: Connection, wanted: Wanted) -> tuple[int, int]:
    """The first and the last row that may be wanted."""
    table = deliveries if wanted.dead else events
    if not wanted.event_ids:
        newest = connection.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1)).scalar()
        return 1, newest or 0
    named = events.c.event_id.in_(wanted.event_ids)
    chosen = select(events.c.id).where(named)
    if wanted.dead:
        chosen = select(_d.id).join(events, events.c.id == _d.event).where(named)
    ids = connection.execute(chosen).scalars().all()
    return min(ids, default=1), max(ids, default=0)


def _events(wanted: Wanted) -> Select[Any]:
    return select(events.c.id, func.length(events.c.data).label("size")).where(*_conditions(wanted))


def _dead(wanted: Wanted) -> Select[Any]:
    """Dead letters. One that was replayed since counts no more: its replay's delivery does.

    Nor does one that holds back the next of its key: behind it, a new delivery would wait for ever. It can be retried.
    """
    again = select(_later.c.id).where(
        _later.c.event == _d.event,
        _later.c.route == _d.route,
        _later.c.destination == _d.destination,
        _later.c.id > _d.id,
    )
    query = (
        select(
            _d.id, _d.event, _d.order_key, events.c.event_id,
            _route.c.name.label("route"), _destination.c.name.label("destination"),
        )
        .join(events, events.c.id == _d.event)
        .join(_route, _route.c.id == _d.route)
        .join(_destination, _destination.c.id == _d.destination)
        .where(_IS_DEAD, _d.held == 0, ~again.exists(), *_conditions(wanted))
    )  # fmt: skip
    return query if wanted.to is None else query.where(_destination.c.name == wanted.to)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.event_ids:
        yield events.c.event_id.in_(wanted.event_ids)
    if wanted.source:
        yield events.c.source == f"/in/{wanted.source}"
    if wanted.type:
        yield events.c.type == wanted.type
    if wanted.subject:
        yield is_subject(wanted.subject)
    if wanted.since:
        yield events.c.received_at >= micros(wanted.since)
    if wanted.until:
        yield events.c.received_at < micros(wanted.until)
    if wanted.state:
        has = deliveries.alias()
        yield select(has.c.id).where(has.c.event == events.c.id, has.c.state == wanted.state).exists()


def _fitting(rows: Sequence[Row]) -> Iterator[int]:
    """The ids of the first ones, as many as may be in memory; one at least."""
    size = 0
    for row in rows:
        size += row.size
        if size > _MOST_BYTES and size != row.size:
            return
        yield row.id


def _met_events(connection: Connection, ids: Sequence[int], to: str | None, duties_of: DutiesOf) -> Iterator[Met]:
    for some in chunks(ids):
        for row in connection.execute(select(events).where(events.c.id.in_(some)).order_by(events.c.id)):
            duties = [duty for duty in duties_of(event_of(row)) if to in (None, duty.destination)]
            yield Met(row.id, row.id, row.event_id, duties)


def _met(row: Row) -> Met:
    return Met(row.id, row.event, row.event_id, [Duty(row.route, row.destination, row.order_key)])

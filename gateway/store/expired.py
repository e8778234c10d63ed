"""What is old enough, and how it is deleted: events with all that is theirs, requests without any, refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection, bindparam, case, delete, func, select

from gateway.model.delivery import State
from gateway.store.deleting import delete_deliveries, delete_requests, free
from gateway.store.dialect import chunks
from gateway.store.memberships import delete_memberships, memberships_of
from gateway.store.tables import bodies, deliveries, events, names, refusals, requests
from gateway.store.walk import Row, Walk, is_past, page_of, weight_of

_d = deliveries.c
_OPEN = _d.state.in_([State.WAITING.value, State.CLAIMED.value]) | (_d.held == 1)
"""Not finished, or a dead letter that holds back the next of its key: without it, that would go without being asked."""
_LARGE = func.coalesce(func.length(bodies.c.body), 0)
_FACTS = (
    select(
        _d.event,
        func.count().label("count"),
        func.sum(1 + _d.attempts).label("rows"),
        func.max(case((_OPEN, 1), else_=0)).label("is_open"),
        func.max(case((_d.state == State.DEAD.value, 1), else_=0)).label("is_dead"),
    )
    .where(_d.event.in_(bindparam("events", expanding=True)))
    .group_by(_d.event)
)


class EventWalk(Walk):
    """Events with their deliveries, attempts, places in joins and, once none of its events is left, their request."""

    query = (
        page_of(
            events, events.c.source, events.c.request,
            (func.length(events.c.data) + func.coalesce(func.length(requests.c.body), 0) + _LARGE).label("size"),
        )
        .join_from(events, requests, requests.c.id == events.c.request, isouter=True)
        .join(bodies, bodies.c.id == requests.c.body_ref, isouter=True)
    )  # fmt: skip

    def _weights(self, connection: Connection, rows: Sequence[Row], at: int) -> Mapping[int, int]:
        old = [row for row in rows if self._is_due(row, at, is_dead=False) or self._is_due(row, at, is_dead=True)]
        facts = _facts(connection, [row.id for row in old])
        joined = memberships_of(connection, [row.id for row in old])
        weights = {}
        for row in old:
            fact = facts.get(row.id)
            if fact is not None and fact.is_open:
                weights[row.id] = 0
            elif self._is_due(row, at, is_dead=fact is not None and bool(fact.is_dead)):
                weights[row.id] = weight_of(row) + 1 + (0 if fact is None else int(fact.rows)) + 2 * joined[row.id]
        return weights

    def _delete(self, connection: Connection, rows: Sequence[Row], at: int, deleted: Counter[str]) -> Collection[int]:
        """What it locks it does not wait for: a replay, a retry, a settle or another worker has it now."""
        whole = free(connection, requests, [row.request for row in rows if row.request is not None])
        rows = [row for row in rows if row.request is None or row.request in whole]
        ours = free(connection, events, [row.id for row in rows])
        query = select(_d.id, _d.event).where(_d.event.in_(ours)).with_for_update(skip_locked=True)
        locked = connection.execute(query).all()
        count = Counter(one.event for one in locked)
        facts = _facts(connection, ours)
        due = {row.id: row for row in rows if row.id in ours and self._may_go(row, facts.get(row.id), count, at)}
        for some in chunks([one.id for one in locked if one.event in due]):
            delete_deliveries(connection, some, deleted)
        deleted["events"] += connection.execute(delete(events).where(events.c.id.in_(due))).rowcount
        delete_memberships(connection, due, deleted)
        delete_requests(connection, {row.request for row in due.values() if row.request is not None}, deleted)
        return due

    def _may_go(self, row: Row, fact: Row | None, locked: Mapping[int, int], at: int) -> bool:
        if fact is None:
            return self._is_due(row, at, is_dead=False)
        is_ours = fact.count == locked[row.id] and not fact.is_open
        return is_ours and self._is_due(row, at, is_dead=bool(fact.is_dead))

    def _is_due(self, row: Row, at: int, *, is_dead: bool) -> bool:
        ages = self._policy.of(row.source)
        return is_past(row, ages.dead if is_dead else ages.events, at)


class EventlessWalk(Walk):
    """Requests that have no events of their own: duplicates, and those in quarantine."""

    query = (
        page_of(
            requests, names.c.name.label("source"), requests.c.state,
            (func.coalesce(func.length(requests.c.body), 0) + _LARGE).label("size"),
        )
        .join_from(requests, names, names.c.id == requests.c.source, isouter=True)
        .join(bodies, bodies.c.id == requests.c.body_ref, isouter=True)
    )  # fmt: skip

    def _weights(self, connection: Connection, rows: Sequence[Row], at: int) -> Mapping[int, int]:
        del connection
        return {row.id: weight_of(row) for row in rows if is_past(row, self._kept(row), at)}

    def _kept(self, row: Row) -> timedelta | None:
        ages = self._policy.of(row.source)
        return {"duplicate": ages.events, "quarantined": ages.quarantined}.get(row.state)

    def _delete(self, connection: Connection, rows: Sequence[Row], at: int, deleted: Counter[str]) -> Collection[int]:
        del at
        ours = free(connection, requests, [row.id for row in rows])
        delete_requests(connection, ours, deleted)  # a retry may have made events of one since it was looked at
        return ours


class RefusalWalk(Walk):
    """Refusals, which the ring bounds too."""

    query = page_of(refusals, refusals.c.source, func.length(refusals.c.body).label("size"))

    def _weights(self, connection: Connection, rows: Sequence[Row], at: int) -> Mapping[int, int]:
        del connection
        return {row.id: weight_of(row) for row in rows if is_past(row, self._policy.of(row.source).refused, at)}

    def _delete(self, connection: Connection, rows: Sequence[Row], at: int, deleted: Counter[str]) -> Collection[int]:
        del at
        ours = free(connection, refusals, [row.id for row in rows])
        deleted["refusals"] += connection.execute(delete(refusals).where(refusals.c.id.in_(ours))).rowcount
        return ours


def _facts(connection: Connection, of: Collection[int]) -> dict[int, Row]:
    """What is so of the deliveries of each event."""
    return {row.event: row for row in connection.execute(_FACTS, {"events": list(of)})} if of else {}

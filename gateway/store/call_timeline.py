"""One call, whole: its facts in the order of time, its events, and the requests that brought them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal_column, select

from gateway.model.call_facts import facts_of
from gateway.store.calls import COLUMNS, MOST, summary
from gateway.store.dialect import chunks
from gateway.store.engine import Database
from gateway.store.erasure_tables import FIRST_EVENT
from gateway.store.history import is_subject
from gateway.store.items import Item, Row, event_item
from gateway.store.originals import event_of
from gateway.store.tables import events, moment_of, requests

_MOST_REPEATS = 1000
_IS_REPEAT = requests.c.state == literal_column("'duplicate'")
_FIRST_EVENT = func.substr(requests.c.event_ids, literal_column("1"), literal_column(str(FIRST_EVENT)))


def shown(database: Database, subject: str) -> Item | None:
    """The call of that subject; None where there is none. Of very many events, the oldest."""
    columns = (*COLUMNS, requests.c.request_id, requests.c.event_ids)
    its = select(*columns).join(requests, requests.c.id == events.c.request, isouter=True).where(is_subject(subject))
    with database.reading() as connection:
        item = summary(connection, subject)
        rows = connection.execute(its.order_by(events.c.id).limit(MOST)).all()
        if item is None or not rows:
            return None
        repeats = repeats_of(connection, [row.event_ids for row in rows if row.event_ids])
        listed = [
            event_item(connection, row) | {"duplicates": [one.request_id for one in repeats if row.event_id in one.ids]}
            for row in rows
        ]
    return item | {"timeline": _timeline(rows), "eventList": listed}


class Repeat:
    """A request that brought what another had brought before."""

    def __init__(self, row: Row) -> None:
        self.row: int = row.id
        self.request_id: str = row.request_id
        self.ids: list[str] = json.loads(row.event_ids)


def repeats_of(connection: Connection, event_ids: Sequence[str]) -> list[Repeat]:
    """The repeats of requests, found by these requests' own `event_ids` as they are stored."""
    starts = sorted({one[:FIRST_EVENT] for one in event_ids})
    found: list[Repeat] = []
    query = select(requests.c.id, requests.c.request_id, requests.c.event_ids).where(_IS_REPEAT)
    for some in chunks(starts):
        of = query.where(_FIRST_EVENT.in_(some)).order_by(requests.c.id).limit(_MOST_REPEATS)
        found += map(Repeat, connection.execute(of))
    return found


def _timeline(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Facts in the order of time; what several events say is there once, by the first that said it."""
    told: dict[object, dict[str, Any]] = {}
    for row in rows:
        for number, fact in enumerate(facts_of(event_of(row), moment_of(row.received_at))):
            one = {
                "at": fact.at, "what": fact.what, "agent": fact.agent, "detail": dict(fact.detail),
                "eventId": row.event_id, "eventType": row.type, "requestId": row.request_id,
            }  # fmt: skip
            known = told.setdefault((fact.at, fact.what) if fact.is_shared else (row.id, number), one)
            known["detail"] = {**fact.detail, **known["detail"]}
            known["agent"] = known["agent"] or fact.agent
    return sorted(told.values(), key=lambda fact: datetime.fromisoformat(fact["at"]))

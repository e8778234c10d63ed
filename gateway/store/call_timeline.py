"""One call, whole: its facts in the order of time, its events, and the requests that brought them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from gateway.model.call_facts import facts_of
from gateway.store.calls import COLUMNS, MOST, summary
from gateway.store.engine import Database
from gateway.store.history import is_subject
from gateway.store.items import Item, Row, event_item
from gateway.store.originals import event_of
from gateway.store.repeats import repeats_of
from gateway.store.tables import events, moment_of, requests


def shown(database: Database, subject: str) -> Item | None:
    """The call of that subject; None where there is none. Of very many events, the oldest."""
    columns = (*COLUMNS, requests.c.request_id, requests.c.event_ids)
    its = select(*columns).join(requests, requests.c.id == events.c.request, isouter=True).where(is_subject(subject))
    with database.reading() as connection:
        item = summary(connection, subject)
        rows = connection.execute(its.order_by(events.c.id).limit(MOST)).all()
        if item is None or not rows:
            return None
        repeats = repeats_of(connection, [row.event_id for row in rows], [row.event_ids or "" for row in rows])
        listed = [event_item(connection, row) for row in rows]
    for event in listed:
        event["duplicates"] = [one.request_id for one in repeats if event["id"] in one.events]
    return item | {"timeline": _timeline(rows), "eventList": listed}


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

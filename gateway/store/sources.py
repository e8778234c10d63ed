"""What the store knows of each source, for lists: what waits in quarantine, when it last called, what was odd."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, literal, literal_column, select

from gateway.model.event import rfc3339
from gateway.model.mapping import WARNING
from gateway.store.engine import Database
from gateway.store.history import COUNTED
from gateway.store.tables import events, moment_of, names, requests

_LOOKED_AT = 10_000
"""The newest requests, or events, that are looked at: a page is drawn soon, however quiet a source is."""
IN_QUARANTINE = requests.c.state == literal_column("'quarantined'")
"""Written out, so that the index of those alone is used."""


def quarantined(database: Database, source: str) -> int:
    """How many requests of `source` wait in quarantine, counted no further than 10,001."""
    of = select(names.c.id).where(names.c.name == source).scalar_subquery()
    rows = select(literal(1)).where(requests.c.source == of, IN_QUARANTINE).limit(COUNTED)
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one()


def last_received(database: Database) -> Mapping[str, datetime]:
    """When each source that called lately last did, by name."""
    newest = (
        select(requests.c.source, requests.c.received_at).order_by(requests.c.id.desc()).limit(_LOOKED_AT).subquery()
    )
    last = select(names.c.name, func.max(newest.c.received_at)).join(names, names.c.id == newest.c.source)
    with database.reading() as connection:
        return {name: moment_of(at) for name, at in connection.execute(last.group_by(names.c.name))}


def warnings(database: Database, source: str) -> list[Mapping[str, object]]:
    """What was odd about the newest events of `source`: each warning, how often, and the newest event with it."""
    newest = select(events).order_by(events.c.id.desc()).limit(_LOOKED_AT).subquery()
    odd = select(newest.c.event_id, newest.c.received_at, newest.c.attributes).where(
        newest.c.source == f"/in/{source}", newest.c.attributes.contains(f'"{WARNING}"')
    )
    count: Counter[str] = Counter()
    found: dict[str, Mapping[str, object]] = {}
    with database.reading() as connection:
        for event_id, received_at, attributes in connection.execute(odd.order_by(newest.c.id.desc())):
            text = str(json.loads(attributes).get(WARNING, ""))
            count[text] += 1
            found.setdefault(
                text, {"warning": text, "eventId": event_id, "receivedAt": rfc3339(moment_of(received_at))}
            )
    return [{**one, "events": count[text]} for text, one in found.items() if text]

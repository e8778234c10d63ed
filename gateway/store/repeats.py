"""Requests that brought what another had brought before: they have no events of their own."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, literal_column, select

from gateway.store.dialect import chunks
from gateway.store.erasure_tables import FIRST_EVENT
from gateway.store.tables import requests

_IS_REPEAT = requests.c.state == literal_column("'duplicate'")
"""Written out, as is the start of the list: so the index of those alone is used."""
_FIRST_EVENT = func.substr(requests.c.event_ids, literal_column("1"), literal_column(str(FIRST_EVENT)))


@dataclass(frozen=True, slots=True)
class Repeat:
    """A request, and the events that it would have made again."""

    row: int
    request_id: str
    events: frozenset[str]


def repeats_of(connection: Connection, event_ids: Collection[str], lists: Collection[str] = ()) -> list[Repeat]:
    """The repeats whose first event is one of these, or the first of one of `lists`: `event_ids` as they are stored."""
    starts = {f'["{one}"' for one in event_ids} | {one[:FIRST_EVENT] for one in lists if one}
    query = select(requests.c.id, requests.c.request_id, requests.c.event_ids).where(_IS_REPEAT)
    return [
        Repeat(row.id, row.request_id, frozenset(json.loads(row.event_ids)))
        for some in chunks(sorted(starts))
        for row in connection.execute(query.where(_FIRST_EVENT.in_(some)).order_by(requests.c.id))
    ]

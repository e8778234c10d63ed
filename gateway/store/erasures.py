"""The record of erasures: that it was done, when, by whom and how much; not whose data it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from gateway.model.event import rfc3339
from gateway.store.engine import Database
from gateway.store.erasure_tables import erasures
from gateway.store.history import identity_of
from gateway.store.items import Item, Row
from gateway.store.paging import paged
from gateway.store.tables import micros, moment_of


def digest_of(subject: str) -> str:
    """By this, whoever knows the subject finds its erasure: a record must not keep what was erased."""
    return hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest()


def begin(connection: Connection, subject: str, by: str, now: datetime) -> int:
    """Record that it has begun; its number."""
    row = {"at": micros(now), "by": by, "digest": digest_of(subject), "counts": "{}", "done": 0}
    made: int = connection.execute(insert(erasures).returning(erasures.c.id), row).scalar_one()
    return made


def note(connection: Connection, number: int, counts: Mapping[str, int], *, is_done: bool) -> None:
    """Record how far it came."""
    new = {"counts": json.dumps({name: count for name, count in counts.items() if count}), "done": int(is_done)}
    connection.execute(update(erasures).where(erasures.c.id == number).values(**new))


def listed(database: Database, *, limit: int = 50, after: str | None = None) -> Iterator[Item]:
    """The newest first."""
    query = select(erasures)
    if after is not None:
        query = query.where(erasures.c.id < identity_of(after, erasures.c.id))
    return paged(database, query, erasures, limit, lambda _, row: _item(row))


def _item(row: Row) -> Item:
    return {
        "id": str(row.id),
        "at": rfc3339(moment_of(row.at)),
        "by": row.by,
        "subjectSha256": row.digest,
        "done": bool(row.done),
        "counts": json.loads(row.counts),
    }

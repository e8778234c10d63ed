"""The tables, as STORE.md pins them. Times are integer microseconds UTC; bodies are bytes; order is by row id."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

metadata = MetaData()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# SQLite numbers rows only where the key is INTEGER; PostgreSQL's are 64 bits wide.
_RowId = BigInteger().with_variant(Integer, "sqlite")

# No foreign keys: rows are deleted by retention, in its own order, and PostgreSQL would look up, and lock, five rows
# for each event that it takes in.
# AUTOINCREMENT: a row id is never given twice, even after the newest rows were deleted; `--after` counts by it.


AT_ONCE = 0
"""When a delivery is due that waits for nothing: no clock that is wrong can hold it back."""


SUBJECT_START = "substr(subject, 1, 200)"
"""What of a subject is in the index: databases bound what one can hold."""


def micros(moment: datetime) -> int:
    """`moment` as it is stored."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(stored: int) -> datetime:
    """A stored time, in UTC."""
    return _EPOCH + timedelta(microseconds=stored)


names = Table(
    "names", metadata, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False, unique=True)
)

bodies = Table(
    "bodies",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

requests = Table(
    "requests",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("source", Integer, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # accepted, duplicate, quarantined
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("headers", Text, nullable=False),  # a JSON object
    Column("body", LargeBinary),
    Column("body_ref", BigInteger),  # where it is over 256 KB
    Column("content_type", Text, nullable=False),
    Column("binding", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("reason", Text),
    Column("violations", Text),  # a JSON list
    Column("event_ids", Text, nullable=False),  # a JSON list: its own events', or a duplicate's first one's
    Column("retried_as", Text),
    Index("requests_by_request_id", "request_id"),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("request", BigInteger),
    Column("position", Integer, nullable=False),
    Column("source", Text, nullable=False),  # the CloudEvents source
    Column("type", Text, nullable=False),
    Column("subject", Text),
    Column("time", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("attributes", Text, nullable=False),  # a JSON object
    Column("hops", SmallInteger, nullable=False, server_default=text("0")),
    Column("replay_of", Text),
    Index("events_by_request", "request"),
    Index("events_by_subject_start", text(SUBJECT_START), "id"),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("event", BigInteger, nullable=False),
    Column("route", Integer, nullable=False),
    Column("destination", Integer, nullable=False),
    Column("webhook_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("priority", SmallInteger, nullable=False, server_default=text("0")),  # 0 live, 1 replay
    Column("order_key", Text),
    Column("head", SmallInteger, nullable=False, server_default=text("1")),
    Column("held", SmallInteger, nullable=False, server_default=text("0")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("lease_until", BigInteger),
    Column("owner", Text),
    Column("reason", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("replay", BigInteger),
    Index("deliveries_by_event", "event"),
    sqlite_autoincrement=True,
)

_d = deliveries.c
_r = requests.c


def _partial(name: str, *columns: Column[object], where: str, unique: bool = False) -> Index:
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


_partial("requests_in_quarantine", _r.source, _r.id, where="state = 'quarantined'")
_partial("deliveries_claim", _d.destination, _d.priority, _d.due_at, _d.id, where="state = 'waiting' AND head = 1")
_partial("deliveries_leased", _d.lease_until, where="state = 'claimed'")
_partial(
    "deliveries_one_head",
    _d.destination,
    _d.order_key,
    where="head = 1 AND (state IN ('waiting', 'claimed') OR held = 1) AND order_key IS NOT NULL",
    unique=True,
)
_partial(
    "deliveries_followers", _d.destination, _d.order_key, _d.id, where="head = 0 AND state IN ('waiting', 'claimed')"
)
_partial("deliveries_dead", _d.destination, _d.id, where="state = 'dead'")

attempts = Table(
    "attempts",
    metadata,
    Column("delivery", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("took", BigInteger, nullable=False),  # microseconds
    Column("outcome", Text, nullable=False),
    Column("status", Integer),
    Column("error", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("request_ref", BigInteger),
    Column("response_ref", BigInteger),
    PrimaryKeyConstraint("delivery", "number"),
    sqlite_with_rowid=False,
)
_partial("attempts_kept", attempts.c.started_at, where="request_ref IS NOT NULL")

idempotency = Table(
    "idempotency",
    metadata,
    Column("source", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("event_ids", Text, nullable=False),  # a JSON list
    Column("expires_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("source", "key"),
    Index("idempotency_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

used_once = Table(
    "used_once",
    metadata,
    Column("authenticator", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("authenticator", "key"),
    sqlite_with_rowid=False,
)

refusals = Table(
    "refusals",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("source", Text, nullable=False),  # as called: an unknown one never enters the table of names
    Column("received_at", BigInteger, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("binding", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("violations", Text, nullable=False),  # a JSON list
    Column("headers", Text, nullable=False),  # a JSON object
    Column("body", LargeBinary, nullable=False),  # the first 64 KB
    Index("refusals_by_request_id", "request_id"),
    sqlite_autoincrement=True,
)

replays = Table(
    "replays",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("by", Text, nullable=False),
    Column("selection", Text, nullable=False),
    Column("counted", Integer),
    Column("created", Integer, nullable=False, server_default=text("0")),
    Column("done", SmallInteger, nullable=False, server_default=text("0")),
    Column("state", Text, nullable=False),
    Column("at", BigInteger, nullable=False, server_default=text("0")),
    Column("position", BigInteger, nullable=False, server_default=text("0")),  # the row it has come to
    sqlite_autoincrement=True,
)

pauses = Table(
    "pauses",
    metadata,
    Column("destination", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("document", Text, nullable=False),  # a JSON object: file name → text
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

"""The tables of joins: the keys that gather events, and which event belongs where."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text, text

from gateway.store.tables import metadata

_RowId = BigInteger().with_variant(Integer, "sqlite")
_IS_DUE = text("due_at IS NOT NULL")

joins = Table(
    "joins",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("name", Integer, nullable=False),
    Column("key", Text, nullable=False),  # its digest where it is long
    Column("subject", Text, nullable=False),  # the key as it is
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),  # when it is emitted next; none where all it has was
    Column("ended", SmallInteger, nullable=False),
    Column("gathered", Integer, nullable=False),  # how many events it was given
    Column("version", Integer, nullable=False, server_default=text("0")),  # how often it was emitted
    Column("emitted_at", BigInteger),
    Index("joins_by_key", "name", "key", unique=True),
    Index("joins_by_name", "name", "id"),
    Index("joins_due", "name", "due_at", sqlite_where=_IS_DUE, postgresql_where=_IS_DUE),
    sqlite_autoincrement=True,
)

joined = Table(
    "joined",
    metadata,
    Column("in_join", BigInteger, nullable=False),
    Column("event", BigInteger, nullable=False),
    PrimaryKeyConstraint("in_join", "event"),
    Index("joined_by_event", "event"),
    sqlite_with_rowid=False,
)

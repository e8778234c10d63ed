"""The table of erasures, and the index by which the repeats of a request are found."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, func, literal_column, text

from gateway.store.tables import metadata, requests

_RowId = BigInteger().with_variant(Integer, "sqlite")
_IS_REPEAT = text("state = 'duplicate'")

FIRST_EVENT = 39
"""Characters of a request's `event_ids` that name its first event, as it is written there."""

erasures = Table(
    "erasures",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of the subject: who was erased, for those who know already
    Column("counts", Text, nullable=False),  # a JSON object: table → rows
    Column("done", Integer, nullable=False, server_default=text("0")),
    sqlite_autoincrement=True,
)

Index(
    "requests_repeated",
    func.substr(requests.c.event_ids, literal_column("1"), literal_column(str(FIRST_EVENT))),
    sqlite_where=_IS_REPEAT,
    postgresql_where=_IS_REPEAT,
)

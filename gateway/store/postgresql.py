"""PostgreSQL: one database, shared by any number of processes on any number of machines."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from gateway.errors import ConfigError, StoreUnavailable
from gateway.store.engine import Database
from gateway.store.place import PostgresServer

_CONNECT = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "endpoint-gateway",
}
"""libpq's own settings: a server that went away without a word is noticed within seconds. Those of the URL win."""

_SESSION = {
    "jit": "off",  # with a long backlog the planner would compile the claim, for eight times its own cost
    "statement_timeout": "10s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "30s",  # a process that is stopped must not hold rows for ever
    "client_encoding": "UTF8",
    "timezone": "UTC",
}
_WRITER_SESSION = {
    # Each statement of a writer has an index to go by. A plan made while a table was small is kept while it grows.
    "enable_seqscan": "off",
}
_NOT_DURABLE = "off"
_READERS = 4
_PATIENCE = 5
"""Seconds that a reader waits for one of these connections."""


class PostgresDatabase(Database):
    """Writers don't take turns here: what two of them would write twice, they lock (see `dialect`)."""

    def __init__(self, place: PostgresServer) -> None:
        writers = _engine(place, _SESSION | _WRITER_SESSION, poolclass=NullPool)
        # Checked before use: a server that was restarted is met by readers without an error.
        checked = {"pool_size": _READERS, "max_overflow": 0, "pool_timeout": _PATIENCE, "pool_pre_ping": True}
        super().__init__(place, writers, _engine(place, _SESSION, **checked))

    def warnings(self) -> list[str]:
        """What of the server's settings weakens our promise; fsync off breaks it."""
        names = ("fsync", "full_page_writes", "synchronous_commit")
        with self.reading() as connection:
            found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in names}
        if found["fsync"] != "on":
            raise ConfigError(
                "database",
                f"{self.place} runs with fsync = off: a power cut loses what was acknowledged",
                "set fsync = on in postgresql.conf",
            )
        told = []
        if found["full_page_writes"] != "on":
            told.append(f"{self.place} runs with full_page_writes = off: a power cut may corrupt it")
        if found["synchronous_commit"] == _NOT_DURABLE:
            told.append(
                f"{self.place} has synchronous_commit = off; commits that answer callers wait for the disk anyway"
            )
        return told

    def ahead(self, clock: Callable[[], datetime]) -> timedelta:
        """How far the server's clock is ahead of ours: many machines share the leases, and only one clock counts."""
        with self.peeking() as connection:
            before = clock()
            there, is_read_only = connection.exec_driver_sql(_CLOCK).one()
            if is_read_only:  # one that only looks would stay there for ever
                raise StoreUnavailable(_READ_ONLY)
            return cast("datetime", there) - (before + (clock() - before) / 2)

    def _begun(self, *, durable: bool) -> Connection:
        """A server that was restarted is met here first, where nothing is written yet: it is tried once more."""
        try:
            return self._begin(durable=durable)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._begin(durable=durable)

    def _begin(self, *, durable: bool) -> Connection:
        connection = self._connection()
        try:
            connection.exec_driver_sql(_BEGIN_DURABLE if durable else _BEGIN)
        except BaseException:
            self._give_up(connection)
            raise
        return connection

    def _give_up(self, connection: Connection) -> None:
        """Roll back; the connection is kept if that succeeds, and not where a server can no longer be written.

        That is a primary which was replaced and still runs: the next connection looks for the one that can be.
        """
        with contextlib.suppress(SQLAlchemyError):
            connection.exec_driver_sql("ROLLBACK")
            if not connection.exec_driver_sql(_IS_READ_ONLY).scalar_one():
                return
            self._readers.dispose()
        super()._give_up(connection)


def connected(place: PostgresServer) -> psycopg.Connection[Any]:
    """A connection of the driver's own, each statement its own transaction. Raises psycopg.Error."""
    chosen: dict[str, Any] = {name: value for name, value in _CONNECT.items() if name not in place.parameters}
    return psycopg.connect(place.url, autocommit=True, **chosen)


_IS_READ_ONLY = "SELECT current_setting('transaction_read_only')::boolean"
_CLOCK = "SELECT clock_timestamp(), current_setting('transaction_read_only')::boolean"
_READ_ONLY = "the store can't be used now: its server can only be read"
_BEGIN = "BEGIN; SET LOCAL synchronous_commit TO off"
# What a replica must have too is for the server's owner to say; that our own disk has it is our promise.
_BEGIN_DURABLE = (
    "BEGIN; SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
)


def _engine(place: PostgresServer, session: Mapping[str, str], **pool: Any) -> Engine:  # noqa: ANN401 - its arguments
    """SQLAlchemy over the server. Transactions are begun by us, as on SQLite."""
    # libpq reads the URL, so that it means here what it means to pg_dump.
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: connected(place), isolation_level="AUTOCOMMIT", **pool
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
        chosen = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in session.items())
        connection.execute(f"SELECT {chosen}")

    return engine

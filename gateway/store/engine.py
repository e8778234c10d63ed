"""The database: connections, transactions and the lock that makes writers take turns."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.pool import NullPool

from gateway.errors import ConfigError, StoreUnavailable

_BUSY_TIMEOUT_MS = 2000
"""Only a net: our own writers take turns by `flock`; this is for programs that don't know of it."""

POISON = (IntegrityError, DataError, InterfaceError, ValueError, OverflowError)
"""What a database or its driver says of rows that it can't take, not of itself."""

FIXED_SQLITE = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""The releases from which SQLite's WAL reset is sound with several writing processes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the database is."""

    file: Path
    lock: Path

    @classmethod
    def of(cls, url: str, root: Path, data_dir: Path) -> Place:
        """The place that `database` names; a relative path starts at `root`, the configuration's folder."""
        if not url:
            return cls(data_dir / "gateway.db", data_dir / "gateway.lock")
        scheme, _, rest = url.partition(":")
        path = rest.removeprefix("///")
        if scheme != "sqlite" or path in ("", rest):
            raise ConfigError(
                "database", f"can't use {scheme}: this version keeps its data in SQLite", "sqlite:///PATH"
            )
        file = root / path
        return cls(file, file.with_name(file.stem + ".lock"))


class Database:
    """One SQLite file, shared by processes. Open it after fork, and write with it from one thread at a time.

    Every commit and checkpoint of every process happens under one `flock`: SQLite's own busy handler lets one
    of four writing processes starve for seconds, and its WAL reset was unsound with several of them until 3.51.3.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        with _translated():
            place.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Calls hold personal data: for this user alone. SQLite gives its other files the same mode.
            os.close(os.open(place.file, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self._engine = _engine(place.file)
        self._writer: Connection | None = None
        self._lock_file: int | None = None

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction, committed at the end; `durable` waits for the disk.

        Raises StoreUnavailable; what is POISON comes through, since it says something of the rows.
        """
        with _translated(), self._turn():
            connection = self._connection()
            try:
                connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                self._give_up(connection)
                raise

    @contextmanager
    def peeking(self) -> Iterator[Connection]:
        """The writer's own connection, to read with and without its turn: what a claim looks at first."""
        with _translated():
            yield self._connection()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection of its own, for one short read. Raises StoreUnavailable."""
        with _translated(), self._engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close the writer's connection, in its turn: the last one to close checkpoints."""
        if self._writer is not None:
            with self._turn():
                self._writer.close()
        if self._lock_file is not None:
            os.close(self._lock_file)
        self._writer = self._lock_file = None

    def _connection(self) -> Connection:
        if self._writer is None:
            self._writer = self._engine.connect()
        return self._writer

    def _give_up(self, connection: Connection) -> None:
        """Roll back, and start afresh next time: a connection that failed may fail again.

        Closing alone does not roll back while some frame of a traceback still holds an open cursor.
        """
        self._writer = None
        with contextlib.suppress(DBAPIError, sqlite3.Error):
            connection.exec_driver_sql("ROLLBACK")
        with contextlib.suppress(DBAPIError, sqlite3.Error):
            connection.invalidate()
        connection.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._lock_file is None:
            self._lock_file = os.open(self.place.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)


@contextmanager
def _translated() -> Iterator[None]:
    """The driver's errors that say "not now" as StoreUnavailable."""
    try:
        yield
    except POISON:
        raise
    except (DBAPIError, sqlite3.Error, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreUnavailable(f"the store can't be used now: {cause}") from error


def _engine(file: Path) -> Engine:
    """SQLAlchemy over `file`. Transactions are begun by us (isolation_level None), so that they can be IMMEDIATE."""
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": _BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = OFF")  # names and rows are deleted by retention, in its own order

    return engine

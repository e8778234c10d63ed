"""SQLite: one file, shared by the processes of one machine, and the lock that makes its writers take turns."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from gateway.errors import StoreUnavailable
from gateway.store.engine import Database, translated
from gateway.store.place import SqliteFile

_BUSY_TIMEOUT_MS = 2000
"""Only a net: our own writers take turns by `flock`; this is for programs that don't know of it."""

_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""The releases from which SQLite's WAL reset is sound with several writing processes."""


class SqliteDatabase(Database):
    """Every commit and checkpoint of every process happens under one `flock`.

    SQLite's own busy handler lets one of four writing processes starve for seconds, and its WAL reset was unsound
    with several of them until 3.51.3.
    """

    def __init__(self, place: SqliteFile) -> None:
        with translated():
            place.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Calls hold personal data: for this user alone. SQLite gives its other files the same mode.
            made = os.open(place.file, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._identity = _identity(os.fstat(made))
            os.close(made)
        engine = _engine(place)
        super().__init__(place, engine, engine)
        self._path = place.file
        self._lock_path = place.lock
        self._lock_file: int | None = None

    def warnings(self) -> list[str]:
        """Whether its WAL reset is sound by itself; we serialise around it."""
        version = sqlite3.sqlite_version_info
        if version >= _FIXED[-1] or any(version[:2] == known[:2] and version >= known for known in _FIXED):
            return []
        note = (
            f"SQLite {sqlite3.sqlite_version} has a bug that can corrupt a database written by several programs; our"
            " own processes take turns, but let no other program write to the database while the gateway runs"
        )
        return [note]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection of its own, for one short read. Raises StoreUnavailable."""
        self._check()
        with super().reading() as connection:
            yield connection

    def close(self) -> None:
        """Close the writer's connection, in its turn: the last one to close checkpoints."""
        super().close()
        if self._lock_file is not None:
            os.close(self._lock_file)
        self._lock_file = None

    def _begun(self, *, durable: bool) -> Connection:
        self._check()
        connection = self._connection()
        try:
            connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            self._give_up(connection)
            raise
        return connection

    def _check(self) -> None:
        """Raises StoreUnavailable where the file is another than it was.

        What is written into a file that has lost its name is lost, and SQLite may ruin the one that has the name now.
        """
        try:
            here = _identity(self._path.stat())
        except OSError:
            here = None
        if here != self._identity:
            what = "is another file than it was" if here else "is not there any more"
            raise StoreUnavailable(f"{self._path} {what}; put it back, or restart the gateway to use what is there")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._lock_file is None:
            self._lock_file = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _engine(place: SqliteFile) -> Engine:
    """SQLAlchemy over the file. Transactions are begun by us, so that they can be IMMEDIATE."""
    engine = create_engine(
        URL.create("sqlite", database=str(place.file)),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": _BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")

    return engine

"""SQLite: one file, shared by the processes of one machine, and the lock that makes its writers take turns."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from gateway.errors import StoreUnavailable
from gateway.store.engine import Database, translated
from gateway.store.place import SqliteFile

_BUSY_TIMEOUT_MS = 500
"""Only a net: our own writers take turns by `flock`; this is for programs that don't know of it.

Whoever has the turn waits so long where another program holds a lock, and all our processes wait one after the other.
"""

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
            # One that is there is not opened: closing it again would end the locks that SQLite has on it here.
            with contextlib.suppress(FileExistsError):
                os.close(os.open(place.file, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            self._files = {place.file: _identity(place.file.stat())}
        engine = _engine(place)
        super().__init__(place, engine, engine)
        self._lock_path = place.lock
        self._log = place.file.with_name(f"{place.file.name}-wal")
        self._lock_file: int | None = None

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction; what went into a file that is no longer the database's was not written."""
        with translated(), self._in_place(), super().writing(durable=durable) as connection:
            yield connection

    @contextmanager
    def peeking(self) -> Iterator[Connection]:
        """The writer's own connection, without its turn."""
        with translated(), self._in_place(), super().peeking() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection of its own, for one short read."""
        with translated(), self._in_place(), super().reading() as connection:
            yield connection

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

    def forget_log(self) -> bool:
        """Bring all of the log into the database, and make it empty; not while somebody reads what is in it."""
        with translated(), self._in_place(), self._turn():
            busy, *_ = self._connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        return not busy

    def close(self) -> None:
        """Close the writer's connection, in its turn: the last one to close checkpoints."""
        self._files.pop(self._log, None)
        super().close()
        if self._lock_file is not None:
            os.close(self._lock_file)
        self._lock_file = None

    def _begun(self, *, durable: bool) -> Connection:
        connection = self._connection()
        try:
            connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            self._files.setdefault(self._log, _identity(self._log.stat()))
        except BaseException:
            self._give_up(connection)
            raise
        return connection

    def _give_up(self, connection: Connection) -> None:
        self._files.pop(self._log, None)  # it stays only as long as a connection does
        super()._give_up(connection)

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        """Before and after, the database and its log are the files that were opened."""
        self._check_place()
        yield
        self._check_place()

    def _check_place(self) -> None:
        for file, identity in tuple(self._files.items()):
            if _identity(file.stat()) != identity:
                raise StoreUnavailable(f"another file is in the place of {file}: restart the gateway")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._lock_file is None:
            self._lock_file = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _engine(place: SqliteFile) -> Engine:
    """SQLAlchemy over the file. Transactions are begun by us, so that they can be IMMEDIATE."""
    engine = create_engine(
        # Never made anew by whoever opens it: an empty one would pass for it, and end the log of the one that is gone.
        URL.create("sqlite", database=f"file:{quote(str(place.file.resolve()))}", query={"mode": "rw", "uri": "true"}),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": _BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        # What was deleted is overwritten, whoever did it: calls hold personal data. Only retention may feel it.
        connection.execute("PRAGMA secure_delete = ON")

    return engine

"""Copies of the database: made while the gateway runs, put back while it does not."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import select

from gateway.errors import ConfigError, StoreUnavailable
from gateway.store import dump
from gateway.store.engine import Database, translated
from gateway.store.migrate import known_schemas, migrate, schema_of
from gateway.store.place import Place, PostgresServer, SqliteFile
from gateway.store.store import database_at
from gateway.store.tables import events

_STEP = 1000
"""Pages that are copied before the disk is left to others for as long as that took."""
_SOON_MS = 2000

Progress = Callable[[int, int], None]
"""Is told how many pages are copied, and of how many."""


def silent(_done: int, _total: int) -> None:
    """No progress: where nobody looks."""


def back_up(
    database: Database, file: Path, *, force: bool = False, keep_free: int = 0, progress: Progress = silent
) -> None:
    """Copy the database, as it is at one moment, to `file`; never a half file under that name.

    `keep_free` bytes of its disk stay free. Raises ConfigError, StoreUnavailable.
    """
    place = database.place
    _check_apart(place, file)
    if file.exists() and not force:
        raise ConfigError(str(file), "is there already", "choose another name, or --force replaces it")
    with database.reading():  # one that can't be used is told so as everywhere, not in pg_dump's words
        pass
    with _part_of(file) as part:
        if isinstance(place, PostgresServer):
            dump.dump(place, part)
            return
        _check_room(place, file, keep_free)
        with database.reading() as connection:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            _copy(source, part, progress)


def restore(place: Place, file: Path, *, force: bool = False, progress: Progress = silent) -> None:
    """Put the copy in `file` at `place`, and bring it to this program's schema.

    Hold the data's pid file meanwhile. Raises ConfigError, StoreUnavailable; then what was there is untouched.
    """
    _check_apart(place, file)
    schema = dump.schema_in(file) if isinstance(place, PostgresServer) else _schema_in(file)
    if schema not in known_schemas():
        raise ConfigError(str(file), f"has the schema {schema}, which is newer than this program", "upgrade it")
    if not force and _holds_events(place):
        raise ConfigError("database", f"{place} holds events, which would be lost", "back it up; --force replaces it")
    if isinstance(place, PostgresServer):
        dump.restore(place, file)
    else:
        with _turn(place), _alone(place), _part_of(place.file) as part:
            with closing(_opened(file)) as source:
                _copy(source, part, progress)
            for left in ("-wal", "-shm"):  # of a database that could not even be opened
                Path(f"{place.file}{left}").unlink(missing_ok=True)
    with closing(database_at(place)) as database:
        migrate(database)


def _check_apart(place: Place, file: Path) -> None:
    if isinstance(place, SqliteFile) and file.exists() and place.file.exists() and file.samefile(place.file):
        raise ConfigError(str(file), "is the database itself", "give another file")


def _copy(source: sqlite3.Connection, part: Path, progress: Progress) -> None:
    """A read transaction around it: without, the copy would begin again at every commit of a gateway that runs."""
    began = time.monotonic()

    def told(_status: int, remaining: int, total: int) -> None:
        nonlocal began
        progress(total - remaining, total)
        time.sleep(time.monotonic() - began if remaining else 0)
        began = time.monotonic()

    with translated(), closing(sqlite3.connect(part, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")  # the whole file is synced before it gets its name
        source.execute("BEGIN")
        try:
            source.execute("SELECT 1 FROM sqlite_master").fetchone()
            source.backup(target, pages=_STEP, progress=told)
        finally:
            source.execute("ROLLBACK")
        target.execute("PRAGMA journal_mode = DELETE").fetchone()  # one file, that needs no other beside it
        found = _first_fault(target)
    if found != "ok":
        raise ConfigError("database", f"the copy is not sound: {found}", "`gateway database check --full` says more")


def _first_fault(copy: sqlite3.Connection) -> str:
    """What SQLite finds wrong first, or "ok"."""
    try:
        return str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)


@contextmanager
def _part_of(file: Path) -> Iterator[Path]:
    """A file that becomes `file` once the block ends well: on the disk, whole, for this user alone."""
    part = file.with_name(f"{file.name}.part")
    try:
        opened = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(str(file), f"can't be written: {error.strerror}", "choose another place") from None
    if not _is_ours(part, opened):
        os.close(opened)
        raise ConfigError(str(part), "is being written by another process", "wait for it")
    try:
        os.ftruncate(opened, 0)
        yield part
        with translated():
            os.fsync(opened)
            part.replace(file)
            _sync_folder(file.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(opened)


def _is_ours(part: Path, opened: int) -> bool:
    """Whether nobody else writes it, and whoever did has not given it its name since it was opened."""
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(part.stat(), os.fstat(opened))
    except (BlockingIOError, FileNotFoundError):
        return False


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _check_room(place: SqliteFile, file: Path, keep_free: int) -> None:
    """A copy that fills the disk of the gateway would have its callers turned away."""
    size = place.file.stat().st_size
    free = shutil.disk_usage(file.parent).free
    if free - size < keep_free:
        raise ConfigError(str(file), f"needs {size} bytes, and its disk has {free} left", "choose another disk")


def _opened(file: Path) -> sqlite3.Connection:
    """A connection that only reads. Raises sqlite3.Error."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _schema_in(file: Path) -> str:
    if not file.is_file():
        raise ConfigError(str(file), "is no file", "give one that `gateway database backup` wrote")
    if dump.is_dump(file):
        raise ConfigError(str(file), "is a dump of PostgreSQL, and `database` names a SQLite file")
    try:
        with closing(_opened(file)) as connection:
            schema: str = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            connection.execute("SELECT 1 FROM events, deliveries, requests LIMIT 1").fetchone()
            return schema
    except (sqlite3.Error, TypeError) as error:
        raise ConfigError(
            str(file), f"is no database of the gateway: {error}", "give one that `gateway database backup` wrote"
        ) from None


def _holds_events(place: Place) -> bool:
    if place.is_missing:
        return False
    try:
        with closing(database_at(place)) as database, database.reading() as connection:
            return (
                schema_of(connection) is not None
                and connection.execute(select(events.c.id).limit(1)).first() is not None
            )
    except StoreUnavailable as error:
        if isinstance(place, PostgresServer):
            raise
        raise ConfigError("database", str(error), "--force replaces it") from None


@contextmanager
def _turn(place: SqliteFile) -> Iterator[None]:
    """While this process alone may write."""
    place.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    opened = os.open(place.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


@contextmanager
def _alone(place: SqliteFile) -> Iterator[None]:
    """While nobody has the database open, nor can: its -wal is written back and taken away, never left to another file.

    What is no database any more can be replaced too.
    """
    if place.is_missing:
        yield
        return
    with closing(sqlite3.connect(place.file, isolation_level=None, timeout=_SOON_MS / 1000)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                hint = "stop every `gateway serve`, `gateway work` and other program that uses it"
                raise ConfigError("database", f"{place} is in use: {error}", hint) from None
        yield

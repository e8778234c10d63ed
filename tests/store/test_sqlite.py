"""SQLite: whose turn it is to write, what waits for the disk, and files that can't be used."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import connect

import pytest
from sqlalchemy import insert

from gateway.errors import StoreUnavailable
from gateway.store.migrate import migrate
from gateway.store.place import SqliteFile
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import names
from tests import ROOT
from tests.store.batches import count


@pytest.fixture
def database(file: SqliteFile) -> Iterator[SqliteDatabase]:
    with closing(SqliteDatabase(file)) as opened:
        migrate(opened)
        yield opened


def test_opening_makes_the_folder(tmp_path: Path) -> None:
    place = SqliteFile(tmp_path / "a/b/gateway.db", tmp_path / "a/b/gateway.lock")
    with closing(SqliteDatabase(place)) as database:
        migrate(database)
    assert place.file.exists()


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)])
def test_only_a_durable_transaction_waits_for_the_disk(
    database: SqliteDatabase, durable: bool, synchronous: int
) -> None:
    for _ in range(2):
        with database.writing(durable=durable) as connection:
            assert synchronous == connection.exec_driver_sql("PRAGMA synchronous").scalar_one()


def test_it_keeps_a_write_ahead_log(database: SqliteDatabase) -> None:
    with database.reading() as connection:
        assert "wal" == connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()


def test_a_writer_waits_for_its_turn(database: SqliteDatabase, file: SqliteFile) -> None:
    with ThreadPoolExecutor(1) as other, closing(SqliteDatabase(file)) as beside:
        with _somebody_elses_turn(file):
            written = other.submit(_write, beside, "crm")
            with pytest.raises(TimeoutError):
                written.result(0.1)
        written.result(5)
    assert 1 == count(database, names)


def test_readers_wait_for_no_turn(database: SqliteDatabase, file: SqliteFile) -> None:
    with ThreadPoolExecutor(1) as other, _somebody_elses_turn(file):
        assert 0 == other.submit(count, database, names).result(5)


def test_a_failed_transaction_gives_its_turn_back(database: SqliteDatabase, file: SqliteFile) -> None:
    with pytest.raises(ZeroDivisionError):
        _write(database, "log", and_then=lambda: 1 / 0)
    with ThreadPoolExecutor(1) as other, closing(SqliteDatabase(file)) as beside:
        other.submit(_write, beside, "crm").result(5)
    assert 1 == count(database, names)


def test_a_database_locked_by_another_program_is_unavailable_and_then_works_again(
    database: SqliteDatabase, file: SqliteFile
) -> None:
    with database.peeking() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 20")
    with closing(connect(file.file, isolation_level=None)) as program:
        program.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            _write(database, "crm")
        program.execute("ROLLBACK")
    _write(database, "crm")
    assert 1 == count(database, names)


@pytest.mark.parametrize("instead", [b"", None])
def test_nothing_is_written_into_a_file_that_was_taken_away_or_replaced(
    database: SqliteDatabase, file: SqliteFile, instead: bytes | None
) -> None:
    _write(database, "crm")
    away = file.file.rename(file.file.with_suffix(".away"))
    if instead is not None:
        file.file.write_bytes(instead)
    with pytest.raises(StoreUnavailable, match=r"restart the gateway|No such file"):
        _write(database, "log")
    with pytest.raises(StoreUnavailable, match=r"restart the gateway|No such file"):
        count(database, names)
    assert instead == (file.file.read_bytes() if file.file.exists() else None)
    away.rename(file.file)
    _write(database, "log")
    assert 2 == count(database, names)


def test_opening_it_once_more_ends_no_locks_of_the_first(database: SqliteDatabase, file: SqliteFile) -> None:
    _write(database, "crm")
    with closing(SqliteDatabase(file)):
        told = subprocess.run(
            [sys.executable, "-c", _LOOK, str(file.file)], capture_output=True, text=True, check=True, timeout=20
        )
    assert "locked" in told.stdout


def test_a_file_that_is_no_database_is_unavailable(file: SqliteFile) -> None:
    file.file.write_bytes(b"no database" * 1000)
    with closing(SqliteDatabase(file)) as database, pytest.raises(StoreUnavailable, match="not a database"):
        migrate(database)


def test_closing_leaves_one_file_that_holds_everything(database: SqliteDatabase, file: SqliteFile) -> None:
    _write(database, "crm")
    database.close()
    assert [file.file] == list(file.file.parent.glob("gateway.db*"))


def test_a_file_that_can_grow_no_further_loses_only_what_was_refused(file: SqliteFile) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _FULL, str(file.file), str(file.lock)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ("refused, then accepted\n", "") == (told.stdout, told.stderr)
    with closing(SqliteDatabase(file)) as database, database.reading() as connection:
        assert ["after", "before"] == sorted(connection.exec_driver_sql("SELECT name FROM names").scalars())
        assert "ok" == connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()


_LOOK = """
import sqlite3, sys
try:
    print(sqlite3.connect(sys.argv[1], timeout=0).execute("PRAGMA journal_mode = DELETE").fetchone())
except sqlite3.OperationalError as error:
    print(error)
"""
_FULL = """
import resource, sys
from pathlib import Path
from gateway.errors import StoreUnavailable
from gateway.store.sqlite import SqliteDatabase
from gateway.store.place import SqliteFile
from gateway.store.migrate import migrate

def write(*names):
    with database.writing() as connection:
        for name in names:
            connection.exec_driver_sql("INSERT INTO names (name) VALUES (?)", (name,))

place = SqliteFile(Path(sys.argv[1]), Path(sys.argv[2]))
database = SqliteDatabase(place)
migrate(database)
write("before")
log = place.file.with_name(place.file.name + "-wal")
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 9000, most))
try:
    write(*(f"{number:4096}" for number in range(100)))
except StoreUnavailable:
    print("refused", end=", ")
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
write("after")
print("then accepted")
database.close()
"""


@contextmanager
def _somebody_elses_turn(file: SqliteFile) -> Iterator[None]:
    with file.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(database: SqliteDatabase, name: str, and_then: Callable[[], object] = lambda: None) -> None:
    with database.writing() as connection:
        connection.execute(insert(names).values(name=name))
        and_then()

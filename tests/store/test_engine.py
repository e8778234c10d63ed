"""The database: where it is, whose turn it is to write, and what becomes of a transaction that fails."""

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
from sqlalchemy.exc import IntegrityError

from gateway.errors import ConfigError, StoreUnavailable
from gateway.store.engine import Database, Place
from gateway.store.migrate import migrate
from gateway.store.tables import names
from tests.conftest import ROOT
from tests.store.batches import count

HERE, DATA = Path("/etc/gateway"), Path("/var/lib/gateway")


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    with closing(Database(place)) as opened:
        migrate(opened)
        yield opened


@pytest.mark.parametrize(
    ("url", "file", "lock"),
    [
        ("", DATA / "gateway.db", DATA / "gateway.lock"),
        ("sqlite:///var/gateway.db", HERE / "var/gateway.db", HERE / "var/gateway.lock"),
        ("sqlite:////srv/calls.sqlite3", Path("/srv/calls.sqlite3"), Path("/srv/calls.lock")),
    ],
)
def test_a_place_is_in_the_data_folder_or_where_the_url_says(url: str, file: Path, lock: Path) -> None:
    assert Place(file, lock) == Place.of(url, HERE, DATA)


@pytest.mark.parametrize("url", ["postgresql://db/gateway", "sqlite:///", "sqlite://", "gateway.db", "mysql:///x"])
def test_a_database_that_this_version_does_not_know_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError, match="SQLite") as told:
        Place.of(url, HERE, DATA)
    assert ("database", "sqlite:///PATH") == (told.value.path, told.value.hint)


def test_opening_makes_the_folder(tmp_path: Path) -> None:
    place = Place(tmp_path / "a/b/gateway.db", tmp_path / "a/b/gateway.lock")
    with closing(Database(place)) as database:
        migrate(database)
    assert place.file.exists()


def test_what_is_written_is_there_for_others_once_the_block_ends(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(names).values(name="crm"))
        assert 0 == count(database, names)
    assert 1 == count(database, names)


def test_a_block_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        _write(database, "crm", and_then=lambda: 1 / 0)
    assert 0 == count(database, names)
    _write(database, "log")
    assert 1 == count(database, names)


def test_what_the_database_says_of_the_rows_comes_through(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(names), [{"name": "crm"}, {"name": "crm"}])
    assert 0 == count(database, names)


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)])
def test_only_a_durable_transaction_waits_for_the_disk(database: Database, durable: bool, synchronous: int) -> None:
    for _ in range(2):
        with database.writing(durable=durable) as connection:
            assert synchronous == connection.exec_driver_sql("PRAGMA synchronous").scalar_one()


def test_it_keeps_a_write_ahead_log(database: Database) -> None:
    with database.reading() as connection:
        assert "wal" == connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()


def test_a_writer_waits_for_its_turn(database: Database) -> None:
    with ThreadPoolExecutor(1) as other, closing(Database(database.place)) as beside:
        with _somebody_elses_turn(database.place):
            written = other.submit(_write, beside, "crm")
            with pytest.raises(TimeoutError):
                written.result(0.1)
        written.result(5)
    assert 1 == count(database, names)


def test_readers_wait_for_no_turn(database: Database) -> None:
    with ThreadPoolExecutor(1) as other, _somebody_elses_turn(database.place):
        assert 0 == other.submit(count, database, names).result(5)


def test_a_failed_transaction_gives_its_turn_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        _write(database, "log", and_then=lambda: 1 / 0)
    with ThreadPoolExecutor(1) as other, closing(Database(database.place)) as beside:
        other.submit(_write, beside, "crm").result(5)
    assert 1 == count(database, names)


def test_a_database_locked_by_another_program_is_unavailable_and_then_works_again(database: Database) -> None:
    with database.peeking() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 20")
    with closing(connect(database.place.file, isolation_level=None)) as program:
        program.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            _write(database, "crm")
        program.execute("ROLLBACK")
    _write(database, "crm")
    assert 1 == count(database, names)


def test_a_file_that_is_no_database_is_unavailable(place: Place) -> None:
    place.file.write_bytes(b"no database" * 1000)
    with closing(Database(place)) as database, pytest.raises(StoreUnavailable, match="not a database"):
        migrate(database)


def test_a_closed_database_opens_again(database: Database) -> None:
    _write(database, "crm")
    database.close()
    _write(database, "log")
    assert 2 == count(database, names)


def test_closing_leaves_one_file_that_holds_everything(database: Database) -> None:
    _write(database, "crm")
    database.close()
    assert [database.place.file] == list(database.place.file.parent.glob("gateway.db*"))


def test_a_file_that_can_grow_no_further_loses_only_what_was_refused(place: Place) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _FULL, str(place.file), str(place.lock)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ("refused, then accepted\n", "") == (told.stdout, told.stderr)
    with closing(Database(place)) as database, database.reading() as connection:
        assert ["after", "before"] == sorted(connection.exec_driver_sql("SELECT name FROM names").scalars())
        assert "ok" == connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()


_FULL = """
import resource, sys
from pathlib import Path
from gateway.errors import StoreUnavailable
from gateway.store.engine import Database, Place
from gateway.store.migrate import migrate

def write(*names):
    with database.writing() as connection:
        for name in names:
            connection.exec_driver_sql("INSERT INTO names (name) VALUES (?)", (name,))

place = Place(Path(sys.argv[1]), Path(sys.argv[2]))
database = Database(place)
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
def _somebody_elses_turn(place: Place) -> Iterator[None]:
    with place.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(database: Database, name: str, and_then: Callable[[], object] = lambda: None) -> None:
    with database.writing() as connection:
        connection.execute(insert(names).values(name=name))
        and_then()

"""Copies of the database: whole, of one moment, made under load; put back only where nothing is lost unasked."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.store.backup import back_up, restore
from gateway.store.history import Selection
from gateway.store.migrate import known_schemas, schema_of
from gateway.store.outbox import Outbox
from gateway.store.place import Place, PostgresServer, SqliteFile, place_named
from gateway.store.store import Store, open_store
from tests.builders import NOON, an_entry, an_event
from tests.configured import recorded
from tests.postgresql import a_database
from tests.store.rows import make_older

ALL = Selection(limit=0)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy"


@pytest.fixture
def elsewhere(store: Store, tmp_path: Path) -> Iterator[Place]:
    """Another place for a database of the same engine, where there is none."""
    if isinstance(store.database.place, SqliteFile):
        yield SqliteFile(tmp_path / "new/gateway.db", tmp_path / "new/gateway.lock")
        return
    with a_database() as url:
        yield place_named(url, tmp_path, tmp_path)


def events_at(place: Place) -> set[str]:
    store = open_store(place)
    with closing(store):
        return {event["id"] for event in store.history.events(ALL)}


def refused(place: Place, file: Path, *, force: bool = False) -> str:
    with pytest.raises(ConfigError) as told:
        restore(place, file, force=force)
    return str(told.value)


def test_what_was_acknowledged_before_it_began_is_in_it(store: Store, copy: Path, elsewhere: Place) -> None:
    before = recorded(store.inbox, 200)
    stop = threading.Event()
    during: list[str] = []

    def call() -> None:
        with closing(open_store(store.database.place)) as other:
            while not stop.is_set():
                during.extend(recorded(other.inbox, 1))

    calling = threading.Thread(target=call)
    calling.start()
    try:
        back_up(store.database, copy)
    finally:
        stop.set()
        calling.join()
    restore(elsewhere, copy)
    found = events_at(elsewhere)
    assert set(before) <= found <= {*before, *during}
    assert 0o600 == stat.S_IMODE(copy.stat().st_mode)
    assert not copy.with_name("copy.part").exists()


def test_commits_meanwhile_do_not_make_it_begin_again(store_in_a_file: Store, copy: Path) -> None:
    store = store_in_a_file
    store.inbox.record(an_entry(*(an_event(data=bytes(4000)) for _ in range(1000)), to=()))
    steps: list[tuple[int, int]] = []

    def commit(done: int, total: int) -> None:
        steps.append((done, total))
        assert len(steps) < 20
        recorded(store.inbox, 1)

    with closing(open_store(store.database.place)) as other:
        back_up(other.database, copy, progress=commit)
    assert len(steps) > 1 and steps[-1][0] == steps[-1][1]
    with closing(sqlite3.connect(copy)) as opened:
        assert (1000,) == opened.execute("SELECT count(*) FROM events").fetchone()
        assert ("delete",) == opened.execute("PRAGMA journal_mode").fetchone()


def test_what_waited_or_was_claimed_is_to_be_delivered_after_a_restore(
    store: Store, copy: Path, elsewhere: Place
) -> None:
    recorded(store.inbox, 3)
    Outbox(store.database, "one").claim({"crm": 1}, NOON)
    back_up(store.database, copy)
    restore(elsewhere, copy)
    with closing(open_store(elsewhere)) as restored:
        states = [one["state"] for one in restored.history.deliveries(ALL)]
        assert ["waiting", "waiting", "claimed"] == states
        assert 2 == len(Outbox(restored.database, "two").claim({"crm": 5}, NOON))
        assert 4 == len([*restored.history.events(ALL), *recorded(restored.inbox, 1)])


def test_a_file_that_is_there_is_replaced_only_if_told_to(store: Store, copy: Path) -> None:
    copy.write_text("of somebody", encoding="utf-8")
    with pytest.raises(ConfigError, match="is there already"):
        back_up(store.database, copy)
    assert "of somebody" == copy.read_text(encoding="utf-8")
    back_up(store.database, copy, force=True)
    assert copy.stat().st_size > 1000


def test_the_database_itself_is_no_place_for_a_copy_of_it(store_in_a_file: Store, file: SqliteFile) -> None:
    with pytest.raises(ConfigError, match="is the database itself"):
        back_up(store_in_a_file.database, file.file, force=True)
    assert "is the database itself" in refused(file, file.file, force=True)


def test_one_that_fails_leaves_nothing_and_takes_nothing_away(store_in_a_file: Store, copy: Path) -> None:
    recorded(store_in_a_file.inbox, 1)
    copy.write_text("the last one", encoding="utf-8")

    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(store_in_a_file.database, copy, force=True, progress=interrupt)
    assert "the last one" == copy.read_text(encoding="utf-8")
    assert not copy.with_name("copy.part").exists()
    recorded(store_in_a_file.inbox, 1)


def test_one_that_would_fill_the_disk_is_not_begun(store_in_a_file: Store, copy: Path) -> None:
    with pytest.raises(ConfigError, match="its disk has"):
        back_up(store_in_a_file.database, copy, keep_free=2**60)
    assert not copy.exists()


def test_two_do_not_write_one_file(store: Store, copy: Path) -> None:
    with copy.with_name("copy.part").open("w") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match="another process"):
            back_up(store.database, copy)
    back_up(store.database, copy)  # what a killed one left is no hindrance


def test_a_folder_that_is_missing_is_told(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        back_up(store.database, tmp_path / "gone/copy")


def test_without_pg_dump_it_says_what_to_install(store: Store, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not isinstance(store.database.place, PostgresServer):
        pytest.skip("SQLite needs no program")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConfigError, match=r"no pg_dump.*postgresql-client"):
        back_up(store.database, copy)
    assert not copy.exists()


def test_events_are_overwritten_only_if_told_to(store: Store, copy: Path) -> None:
    place = store.database.place
    first = recorded(store.inbox, 1)
    back_up(store.database, copy)
    later = recorded(store.inbox, 1)
    store.close()
    assert "holds events" in refused(place, copy)
    assert {*first, *later} == events_at(place)
    restore(place, copy, force=True)
    assert set(first) == events_at(place)


def test_a_database_that_is_in_use_is_left_alone(store: Store, copy: Path) -> None:
    back_up(store.database, copy)
    recorded(store.inbox, 1)  # its connection is open
    told = refused(store.database.place, copy, force=True)
    assert "in use" in told or "a gateway uses" in told
    assert 1 == len(list(store.history.events(ALL)))


def test_one_of_an_older_program_is_brought_up_to_date(store: Store, copy: Path, elsewhere: Place) -> None:
    make_older(store)
    back_up(store.database, copy)
    restore(elsewhere, copy)
    with closing(open_store(elsewhere)) as restored, restored.database.reading() as connection:
        assert known_schemas()[0] == schema_of(connection)


def test_one_of_a_newer_program_is_refused(store: Store, copy: Path, elsewhere: Place) -> None:
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    back_up(store.database, copy)
    assert "9999, which is newer" in refused(elsewhere, copy)


@pytest.mark.parametrize("content", [None, b"", b"text", b"PGDMP nonsense", b"SQLite format 3\0 nonsense", "sqlite"])
def test_what_is_no_copy_of_ours_is_refused(
    store: Store, copy: Path, elsewhere: Place, content: bytes | str | None
) -> None:
    if isinstance(content, bytes):
        copy.write_bytes(content)
    elif content:
        with closing(sqlite3.connect(copy)) as other:
            other.execute("CREATE TABLE alembic_version (version_num TEXT)")
    assert refused(elsewhere, copy)
    assert [] == list(store.history.events(ALL))
    assert not isinstance(elsewhere, SqliteFile) or elsewhere.is_missing


def test_what_is_no_database_any_more_can_be_replaced(store_in_a_file: Store, file: SqliteFile, copy: Path) -> None:
    sent = recorded(store_in_a_file.inbox, 1)
    back_up(store_in_a_file.database, copy)
    store_in_a_file.close()
    file.file.write_bytes(b"nonsense" * 1000)
    assert "--force replaces it" in refused(file, copy)
    restore(file, copy, force=True)
    assert set(sent) == events_at(file)


def test_the_log_that_a_killed_gateway_left_is_not_taken_for_that_of_the_copy(
    store_in_a_file: Store, file: SqliteFile, copy: Path, tmp_path: Path
) -> None:
    store = store_in_a_file
    sent = recorded(store.inbox, 1)
    back_up(store.database, copy)
    recorded(store.inbox, 50)
    killed = SqliteFile(tmp_path / "killed.db", tmp_path / "killed.lock")
    for end in ("", "-wal"):
        shutil.copy(f"{file.file}{end}", f"{killed.file}{end}")
    assert Path(f"{killed.file}-wal").stat().st_size > 0
    restore(killed, copy, force=True)
    assert set(sent) == events_at(killed)

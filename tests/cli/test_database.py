"""`gateway database check|migrate|backup|restore`, and what each says to do next."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.settings import Document
from gateway.store.history import Selection
from gateway.supervisor import hold_pid_file
from tests.cli.conftest import Filled, Run, opened
from tests.configured import ANYBODY, JOURNAL, TO_CRM, a_document
from tests.postgresql import a_database
from tests.store.rows import make_older


@pytest.fixture
def data(document: Document) -> Path:
    return document.folder / "var/gateway.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def document(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Document]:
    if request.param == "sqlite":
        yield a_document(tmp_path, ANYBODY + JOURNAL + TO_CRM)
        return
    with a_database() as url:
        yield a_document(tmp_path, f'database = "{url}"\n' + ANYBODY + JOURNAL + TO_CRM)


@pytest.fixture
def is_sqlite(document: Document) -> bool:
    return not document.settings().database


def broken(data: Path, statement: str) -> None:
    with closing(sqlite3.connect(data)) as connection:
        connection.execute(statement)
        connection.commit()


def test_check_tells_what_there_is(run: Run, filled: Filled, is_sqlite: bool) -> None:
    assert filled
    code, told, complaint = run("database", "check")
    assert (0, "") == (code, complaint)
    lines = [line for line in told.splitlines() if not line.startswith(("size", "note"))]
    assert lines[1].startswith("kind      SQLite 3." if is_sqlite else "kind      PostgreSQL 1")
    assert [
        "schema    0007; this program's is 0007",
        *(["sound     yes, says quick_check"] if is_sqlite else []),
        "events    the newest is of 2026-03-16T14:00:00Z",
        "          crm: 1 waiting since 2026-03-16T14:00:00Z, 1 dead",
        "          journal: 1 waiting since 2026-03-16T14:00:00Z, 0 dead; it is not configured",
    ] == lines[2:]


def test_check_looks_closer_if_told_to(run: Run, filled: Filled, is_sqlite: bool) -> None:
    assert filled
    code, told, _ = run("database", "check", "--full")
    assert (0, is_sqlite) == (code, "sound     yes, says integrity_check" in told)


def test_check_of_an_older_schema_is_1_until_it_is_migrated(run: Run, document: Document) -> None:
    store = opened(document)
    make_older(store)
    store.close()
    code, _, complaint = run("database", "check")
    assert (1, "wrong: the schema is 0006; `gateway database migrate` brings it to 0007\n") == (code, complaint)
    assert run("database", "migrate")[1].endswith(": schema 0006 → 0007\n")
    assert 0 == run("database", "check")[0]
    assert run("database", "migrate")[1].endswith(": schema 0007 already\n")


def test_check_of_a_newer_schema_is_1(run: Run, document: Document) -> None:
    store = opened(document)
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    code, _, complaint = run("database", "check")
    assert (1, "wrong: the schema 9999 is newer than this program; upgrade it\n") == (code, complaint)
    assert 2 == run("database", "migrate")[0]


def test_migrate_makes_a_database_where_there_is_none(run: Run, is_sqlite: bool) -> None:
    code, _, complaint = run("database", "check")
    expected = (2, "made when the gateway first runs") if is_sqlite else (1, "wrong: the schema is missing")
    assert expected[0] == code and expected[1] in complaint
    assert run("database", "migrate")[1].endswith(": schema none → 0007\n")
    assert 0 == run("database", "check")[0]


def test_check_of_a_damaged_file_is_1_with_what_to_do(run: Run, filled: Filled, data: Path, is_sqlite: bool) -> None:
    if not is_sqlite:
        pytest.skip("a server's files are its owner's")
    assert filled
    broken(data, "DELETE FROM sqlite_sequence")
    pages = bytearray(data.read_bytes())
    pages[4096 * 3 : 4096 * 6] = bytes(4096 * 3)
    data.write_bytes(pages)
    code, _, complaint = run("database", "check")
    assert 1 == code and "wrong: " in complaint and "restore" in complaint
    data.write_bytes(b"nonsense" * 1000)
    code, _, complaint = run("database", "check")
    assert 1 == code and "file is not a database" in complaint and "`gateway database restore`" in complaint


def test_a_backup_is_restored_with_what_it_holds(run: Run, filled: Filled, document: Document, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    code, told, complaint = run("database", "backup", str(copy))
    assert (0, "", True) == (code, complaint, told.startswith("backed up ") and f" to {copy}, " in told)
    code, _, complaint = run("database", "backup", str(copy))
    assert (2, f"{copy}: is there already (choose another name, or --force replaces it)\n") == (code, complaint)
    code, _, complaint = run("database", "restore", str(copy))
    assert 2 == code and "holds events, which would be lost (back it up; --force replaces it)" in complaint
    code, told, complaint = run("database", "restore", str(copy), "--force")
    assert (0, "") == (code, complaint)
    assert "its events: the newest is of 2026-03-16T14:00:00Z" in told
    assert "will be delivered once the gateway runs, again where it was delivered since" in told
    store = opened(document)
    ids = [event["id"] for event in store.history.events(Selection())]
    store.close()
    assert [filled.waiting.id, filled.dead.id, filled.delivered.id] == ids


def test_nothing_is_restored_under_a_gateway_that_runs(
    run: Run, filled: Filled, document: Document, tmp_path: Path
) -> None:
    assert filled
    copy = tmp_path / "copy"
    run("database", "backup", str(copy))
    held = hold_pid_file(document.folder / "var")
    code, _, complaint = run("database", "restore", str(copy), "--force")
    os.close(held)
    assert 2 == code and "a gateway already runs" in complaint
    assert 0 == run("database", "restore", str(copy), "--force")[0]


def test_where_there_is_no_database_there_is_nothing_to_back_up(run: Run, is_sqlite: bool, tmp_path: Path) -> None:
    if not is_sqlite:
        pytest.skip("its server has it, empty")
    code, _, complaint = run("database", "backup", str(tmp_path / "copy"))
    assert 2 == code and "it is made when the gateway first runs" in complaint


def test_a_server_that_does_not_answer_is_1_for_check_and_6_for_a_backup(
    run: Run, document: Document, tmp_path: Path, is_sqlite: bool
) -> None:
    if is_sqlite:
        pytest.skip("it has no server")
    document.path.write_text('database = "postgresql://postgres@127.0.0.1:1/gateway"\n', encoding="utf-8")
    code, _, complaint = run("database", "check")
    assert 1 == code and "is the server up" in complaint
    code, _, complaint = run("database", "backup", str(tmp_path / "copy"))
    assert 6 == code and "the store can't be used now" in complaint
    assert not list(tmp_path.glob("copy*"))

"""The schema: what migrations make is what the tables declare, made once, and never by an older program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gateway.errors import ConfigError
from gateway.store.dialect import is_sqlite
from gateway.store.history import Selection
from gateway.store.migrate import known_schemas, migrate, schema_of
from gateway.store.place import Place, PostgresServer, SqliteFile, place_named
from gateway.store.schema import metadata
from gateway.store.store import Store, database_at, open_store
from tests import ROOT
from tests.builders import an_entry
from tests.postgresql import a_database


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """One whose schema the migrations made."""
    opened = open_store(place)
    migrate(opened.database)
    yield opened
    opened.close()


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression")  # the next test sees it
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression")
def test_alembic_finds_no_difference_between_migrations_and_tables(store: Store) -> None:
    with store.database.reading() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert [] == compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def test_the_schemas_that_are_known_are_those_that_alembic_goes_by() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "gateway/store/migrations"))
    assert known_schemas() == [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]


def test_what_alembic_does_not_compare_is_the_same_too(store: Store, tmp_path: Path) -> None:
    """Conditions of partial indexes, AUTOINCREMENT and WITHOUT ROWID are in the text alone."""
    with ExitStack() as held:
        other: Place = SqliteFile(tmp_path / "declared.db", tmp_path / "declared.lock")
        if isinstance(store.database.place, PostgresServer):
            other = place_named(held.enter_context(a_database()), tmp_path, tmp_path)
        declared = held.enter_context(closing(database_at(other)))
        with declared.writing() as made:
            metadata.create_all(made)
        with store.database.reading() as migrated, declared.reading() as made:
            assert _schema(made) == _schema(migrated)


def test_migrating_again_changes_nothing(store: Store) -> None:
    store.inbox.record(an_entry())
    with store.database.reading() as connection:
        before = _schema(connection)
    first = migrate(store.database)
    assert first == migrate(store.database)
    with store.database.reading() as connection:
        assert (before, first) == (_schema(connection), schema_of(connection))
    assert 1 == len(list(store.history.events(Selection())))


def test_processes_that_start_together_migrate_once(place: Place) -> None:
    def start(_number: int) -> str:
        with closing(database_at(place)) as database:
            return migrate(database)

    with ThreadPoolExecutor(4) as processes:
        assert 1 == len(set(processes.map(start, range(4))))


def test_a_database_without_schema_has_no_revision(place: Place) -> None:
    with closing(database_at(place)) as database, database.reading() as connection:
        assert schema_of(connection) is None


def test_a_database_newer_than_the_program_is_refused_and_left_alone(store: Store) -> None:
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match=r"9999.*newer than this program") as told:
        migrate(store.database)
    assert "database" == told.value.path
    with store.database.reading() as connection:
        assert "9999" == schema_of(connection)


def _schema(connection: Connection) -> dict[str, list[str]]:
    """Each table's and index's text, its parts in any order: a column that was added stands after the constraints."""
    if not is_sqlite(connection):
        return _schema_of_server(connection)
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' ORDER BY name"
    )
    return {name: sorted(filter(None, (part.strip(" \t)") for part in re.split(r"[,\n]", sql)))) for name, sql in rows}


def _schema_of_server(connection: Connection) -> dict[str, list[str]]:
    columns = connection.exec_driver_sql(
        "SELECT table_name, concat_ws(' ', column_name, data_type, is_nullable, column_default)"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'alembic%%'"
    )
    found: dict[str, list[str]] = {}
    for table, column in columns:
        found.setdefault(table, []).append(column)
    indexes = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%%'"
    )
    found |= {name: [text] for name, text in connection.exec_driver_sql(indexes)}
    return {name: sorted(lines) for name, lines in sorted(found.items())}

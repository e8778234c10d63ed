"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import column, insert, table

from gateway.contracts.load import load
from gateway.model.contract import Contract
from gateway.store.engine import Database
from gateway.store.migrate import known_schemas
from gateway.store.place import Place, SqliteFile, place_named
from gateway.store.schema import metadata
from gateway.store.store import Store, open_store
from tests import ROOT, running
from tests.postgresql import a_database

settings.register_profile(
    "here",
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("here")


@pytest.fixture
def file(tmp_path: Path) -> SqliteFile:
    """Where a SQLite database may be."""
    return SqliteFile(tmp_path / "gateway.db", tmp_path / "gateway.lock")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, file: SqliteFile) -> Iterator[Place]:
    """Where a database may be, of each kind: what asks for it runs on both."""
    if request.param == "sqlite":
        yield file
        return
    with a_database() as url:
        yield place_named(url, file.file.parent, file.file.parent)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """A real store, with its schema, empty."""
    opened = open_store(place)
    _make_schema(opened.database)
    yield opened
    opened.close()


def _make_schema(database: Database) -> None:
    """As the migrations make it (test_migrate holds that they do), in a third of their time."""
    with database.writing() as connection:
        metadata.create_all(connection)
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        stamp = insert(table("alembic_version", column("version_num")))
        connection.execute(stamp.values(version_num=known_schemas()[0]))


@pytest.fixture
def store_in_a_file(file: SqliteFile) -> Iterator[Store]:
    """One of SQLite, for what is so there alone."""
    opened = open_store(file)
    _make_schema(opened.database)
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=[running.SQLITE, running.POSTGRESQL])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """What a running gateway keeps its data in: whole stories are told on both."""
    running.engine = request.param
    yield running.engine
    running.engine = running.SQLITE


@pytest.fixture
def downstream() -> Iterator[running.Downstream]:
    """A system that takes whatever is delivered to it."""
    made = running.Downstream()
    yield made
    made.close()


@pytest.fixture(scope="session")
def calls() -> Contract:
    """The contract that is shipped."""
    file = ROOT / "wsdl/calls/contract.toml"
    return load(file.read_text(encoding="utf-8"), str(file))

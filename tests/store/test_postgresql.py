"""PostgreSQL: what waits for its disk, connections that are lost, and a server that can't keep our promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from gateway.errors import StoreUnavailable
from gateway.store.migrate import migrate
from gateway.store.place import PostgresServer
from gateway.store.postgresql import PostgresDatabase
from gateway.store.tables import names
from tests.postgresql import closed, thrown_out
from tests.store.batches import count


@pytest.fixture
def database(server: PostgresServer) -> Iterator[PostgresDatabase]:
    with closing(PostgresDatabase(server)) as opened:
        migrate(opened)
        yield opened


def write(database: PostgresDatabase, name: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    with database.writing() as connection:
        connection.execute(insert(names).values(name=name))
        meanwhile()


@pytest.mark.parametrize(("durable", "waits"), [(True, "on"), (False, "off")])
def test_only_a_durable_transaction_waits_for_the_disk(database: PostgresDatabase, durable: bool, waits: str) -> None:
    for _ in range(2):
        with database.writing(durable=durable) as connection:
            assert waits == connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()


def test_a_durable_transaction_waits_even_where_the_server_would_not(server: PostgresServer) -> None:
    careless = f"{server.url}?options=-c%20synchronous_commit%3Doff"
    with closing(PostgresDatabase(PostgresServer(careless))) as database:
        with database.writing() as connection:
            assert "on" == connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
        assert ["synchronous_commit"] == [name for note in database.warnings() for name in note.split() if "_" in name][
            -1:
        ]


@pytest.mark.parametrize("waits", ["local", "remote_apply"])
def test_what_replicas_must_have_is_left_to_the_server(server: PostgresServer, waits: str) -> None:
    chosen = f"{server.url}?options=-c%20synchronous_commit%3D{waits}"
    with closing(PostgresDatabase(PostgresServer(chosen))) as database, database.writing() as connection:
        assert waits == connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()


def test_a_sound_server_is_not_warned_of(database: PostgresDatabase) -> None:
    assert [] == database.warnings()


@pytest.mark.parametrize(
    ("setting", "value"), [("jit", "off"), ("statement_timeout", "10s"), ("lock_timeout", "2s"), ("TimeZone", "UTC")]
)
def test_a_connection_is_set_up_for_its_work(database: PostgresDatabase, setting: str, value: str) -> None:
    with database.writing() as writer, database.reading() as reader:
        for connection in (writer, reader):
            assert value == connection.exec_driver_sql(f"SHOW {setting}").scalar_one()


def test_connections_that_were_cut_are_made_anew_before_anything_is_lost(
    server: PostgresServer, database: PostgresDatabase
) -> None:
    write(database, "crm")
    assert 1 == count(database, names)
    thrown_out(server)
    write(database, "log")
    assert 2 == count(database, names)


def test_a_transaction_that_is_cut_leaves_nothing(server: PostgresServer, database: PostgresDatabase) -> None:
    with pytest.raises(StoreUnavailable):
        write(database, "crm", meanwhile=lambda: thrown_out(server))
    assert 0 == count(database, names)


def test_a_server_that_lets_nobody_in_is_unavailable_and_then_works_again(
    server: PostgresServer, database: PostgresDatabase
) -> None:
    write(database, "crm")
    with closed(server):
        with pytest.raises(StoreUnavailable):
            write(database, "log")
        with pytest.raises(StoreUnavailable):
            count(database, names)
    write(database, "log")
    assert 2 == count(database, names)


def test_a_row_that_another_holds_too_long_is_unavailable(server: PostgresServer, database: PostgresDatabase) -> None:
    with closing(PostgresDatabase(server)) as other, other.writing() as connection:
        connection.execute(insert(names).values(name="crm"))
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            write(database, "crm")


def test_its_clock_is_the_one_that_counts(database: PostgresDatabase) -> None:
    hour = timedelta(hours=1)
    ahead = database.ahead(lambda: datetime.now(UTC) - hour)
    assert timedelta(minutes=59) < ahead < timedelta(minutes=61)

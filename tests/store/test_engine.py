"""The database, whichever it is: what is committed, and what becomes of a transaction that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from sqlalchemy import insert

from gateway.store.engine import Database, PoisonError
from gateway.store.migrate import migrate
from gateway.store.place import Place
from gateway.store.store import database_at
from gateway.store.tables import names
from tests.store.batches import count


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    with closing(database_at(place)) as opened:
        migrate(opened)
        yield opened


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
    with pytest.raises(PoisonError), database.writing() as connection:
        connection.execute(insert(names), [{"name": "crm"}, {"name": "crm"}])
    assert 0 == count(database, names)


def test_a_closed_database_opens_again(database: Database) -> None:
    _write(database, "crm")
    database.close()
    _write(database, "log")
    assert 2 == count(database, names)


def _write(database: Database, name: str, and_then: Callable[[], object] = lambda: None) -> None:
    with database.writing() as connection:
        connection.execute(insert(names).values(name=name))
        and_then()

"""Names: one number each, the same for every process, and none from a transaction that failed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from gateway.store.names import Names
from gateway.store.store import Store
from gateway.store.tables import names


def test_a_name_has_one_number(store: Store) -> None:
    known = Names()
    with store.database.writing() as connection:
        first = dict(known.numbered(connection, ["crm", "log", "crm"]))
    known.remember()
    with store.database.writing() as connection:
        assert first == known.numbered(connection, ["log", "crm"])
    assert 2 == len(set(first.values()))


def test_every_process_sees_the_same_numbers(store: Store) -> None:
    with store.database.writing() as connection:
        here = dict(Names().numbered(connection, ["crm", "log"]))
    with store.database.writing() as connection:
        there = Names().numbered(connection, ["log", "all", "crm"])
    assert here == {name: there[name] for name in here}


def test_the_numbers_are_the_rows(store: Store) -> None:
    with store.database.writing() as connection:
        numbers = dict(Names().numbered(connection, ["ünïcode", "a b", "CRM", "crm"]))
    with store.database.reading() as connection:
        assert numbers == {name: number for number, name in connection.execute(select(names.c.id, names.c.name))}


def test_a_number_of_a_failed_transaction_is_given_anew(store: Store) -> None:
    known = Names()

    def fail() -> None:
        with store.database.writing() as connection:
            raise LookupError(known.numbered(connection, ["gone"]))

    with pytest.raises(LookupError):
        fail()
    with store.database.writing() as connection:
        Names().numbered(connection, ["another"])
    with store.database.writing() as connection:
        number = known.numbered(connection, ["gone"])["gone"]
    with store.database.reading() as connection:
        assert number == connection.execute(select(names.c.id).where(names.c.name == "gone")).scalar_one()

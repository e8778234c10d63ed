"""PostgreSQL: whoever gives or takes the head of a key waits for whoever else does so now, and for nobody else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import pytest
from sqlalchemy import select, update

from gateway.store import order
from gateway.store.intervene import Intervention
from gateway.store.migrate import migrate
from gateway.store.outbox import Outbox
from gateway.store.place import PostgresServer
from gateway.store.store import Store, open_store
from gateway.store.tables import deliveries, names
from tests.builders import NOON, an_attempt
from tests.store.ordered import claimed, record, standing

_A_WHILE = 0.3


@pytest.fixture
def processes(server: PostgresServer) -> Iterator[tuple[Store, Store]]:
    """Two on one database, with a delivery of each of three keys."""
    with ExitStack() as opened:
        one, two = (opened.enter_context(closing(open_store(server))) for _ in range(2))
        migrate(one.database)
        record(one, "a", "b", "c")
        yield one, two


@contextmanager
def locked(store: Store, *keys: str) -> Iterator[None]:
    """While another has these keys."""
    number = _number(store)
    with store.database.writing() as connection:
        order.lock(connection, [(number, key) for key in keys])
        yield


def settle(store: Store) -> None:
    Outbox(store.database, "one").settle([an_attempt(one) for one in claimed(store)], NOON)


def record_more(store: Store) -> None:
    record(store, "a")


def cancel(store: Store) -> None:
    Intervention(store.database).cancel([1], NOON)


def retry(store: Store) -> None:
    Intervention(store.database).retry([1])


def begun(threads: ThreadPoolExecutor, function: Callable[[Store], None], store: Store) -> Future[None]:
    """The work, under way for a while."""
    future = threads.submit(function, store)
    time.sleep(_A_WHILE)
    return future


@pytest.mark.parametrize("does", [record_more, settle, cancel, retry])
@pytest.mark.parametrize("keys", [["a"], [f"k{number}" for number in range(1500)]])
def test_it_waits_for_another_who_has_the_key_or_so_many_that_they_have_all(
    processes: tuple[Store, Store], does: Callable[[Store], None], keys: Sequence[str]
) -> None:
    one, two = processes
    with ThreadPoolExecutor(1) as threads:
        with locked(one, *keys):
            waits = begun(threads, does, two)
            assert not waits.done()
        waits.result(5)


@pytest.mark.parametrize("does", [record_more, cancel, retry])
def test_it_waits_for_nobody_who_has_other_keys(processes: tuple[Store, Store], does: Callable[[Store], None]) -> None:
    one, two = processes
    with ThreadPoolExecutor(1) as threads, locked(one, "b", "c"):
        threads.submit(does, two).result(5)


def test_what_the_other_committed_meanwhile_is_seen(processes: tuple[Store, Store]) -> None:
    one, two = processes
    with ThreadPoolExecutor(1) as threads:
        with one.database.writing() as connection:  # as a settle does it
            order.lock(connection, [(_number(one), "a")])
            connection.execute(update(deliveries).where(deliveries.c.id == 1).values(state="delivered"))
            waits = begun(threads, record_more, two)
            assert not waits.done()
        waits.result(5)
    assert [(1, "delivered", 1, 0), (4, "waiting", 1, 0)] == standing(one, 1, 4)


def _number(store: Store) -> int:
    """Of the destination."""
    with store.database.reading() as connection:
        number: int = connection.execute(select(names.c.id).where(names.c.name == "crm")).scalar_one()
        return number

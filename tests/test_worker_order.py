"""A worker and order keys: one after the other without a rest between, and what lost its head is found."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.model.route import Duty
from gateway.store.store import Store
from gateway.store.tables import deliveries
from tests.builders import an_entry, an_event
from tests.configured import a_gateway
from tests.running import Downstream
from tests.test_worker import a_worker, during, states, to, until, worked


@pytest.fixture
def store(store_in_a_file: Store) -> Store:
    """Whose clock is the worker's own."""
    return store_in_a_file


def _record(store: Store, count: int) -> list[str]:
    """Events of one key; their ids."""
    made = [an_event() for _ in range(count)]
    store.inbox.record(an_entry(*made, duties=[[Duty("all", "crm", "4711")] for _ in made]))
    return [event.id for event in made]


def test_those_of_one_key_are_delivered_in_order_each_as_soon_as_the_one_before_it_is_settled(
    tmp_path: Path, store: Store, downstream: Downstream
) -> None:
    made = _record(store, 50)
    worked(store, a_gateway(tmp_path, to("crm", downstream.url)))  # for less than it would take with a rest after each
    assert made == [headers["webhook-id"] for headers, _ in downstream.arrived]


def test_followers_that_lost_their_head_are_delivered_by_whoever_keeps_house(
    tmp_path: Path, store: Store, downstream: Downstream
) -> None:
    _record(store, 3)
    with store.database.writing() as connection:
        connection.execute(deliveries.update().where(deliveries.c.head == 1).values(state="delivered"))
    worker = a_worker(store, a_gateway(tmp_path, to("crm", downstream.url)))
    asyncio.run(during(worker, until(lambda: states(store) == ["delivered"] * 3)))

"""Wake-up through PostgreSQL: whoever listens hears of it, also after it was deaf."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store.notify import Listener, NotifyBell
from gateway.store.place import PostgresServer, place_named
from gateway.store.wakeup import bell_of
from tests.postgresql import thrown_out

Heard = queue.Queue[bool]


@pytest.fixture
def heard(server: PostgresServer) -> Iterator[Heard]:
    """What a worker hears, from when it listens."""
    told: Heard = queue.Queue()
    with closing(Listener(server, lambda: told.put(True))):
        told.get(timeout=5)
        yield told


def test_a_ring_is_heard(server: PostgresServer, heard: Heard) -> None:
    with closing(NotifyBell(server)) as bell:
        bell.ring()
        assert heard.get(timeout=5)


def test_it_is_where_the_store_is_however_its_url_names_several_hosts(server: PostgresServer) -> None:
    host = f"{server.parameters['host']}:{server.parameters.get('port', 5432)}"
    either = PostgresServer(f"postgresql://{server.parameters['user']}@{host},{host}/{server.parameters['dbname']}")
    told = threading.Event()
    with closing(Listener(either, told.set)):
        assert told.wait(5)


def test_a_burst_of_rings_is_heard_a_few_times(server: PostgresServer, heard: Heard) -> None:
    with closing(NotifyBell(server)) as bell:
        for _ in range(1000):
            bell.ring()
        assert heard.get(timeout=5)
    assert heard.qsize() < 100


def test_a_listener_that_was_cut_off_wakes_once_it_hears_again(server: PostgresServer, heard: Heard) -> None:
    thrown_out(server)
    assert heard.get(timeout=5)
    with closing(NotifyBell(server)) as bell:
        bell.ring()
        assert heard.get(timeout=5)


def test_a_bell_that_was_cut_off_rings_again(server: PostgresServer) -> None:
    told = threading.Event()
    with closing(NotifyBell(server)) as bell:
        bell.ring()
        thrown_out(server)
        with closing(Listener(server, told.set)):
            for _ in range(50):
                told.clear()
                bell.ring()
                if told.wait(0.2):
                    return
    raise AssertionError("it was never heard again")


def test_a_bell_whose_server_is_gone_holds_nobody_up(tmp_path: Path) -> None:
    nowhere = place_named("postgresql://postgres@127.0.0.1:1/none", tmp_path, tmp_path)
    with closing(bell_of(nowhere, tmp_path, lambda: 0.0)) as bell:
        for _ in range(100):
            bell.ring()

"""The back door beside destinations that fail, are slow or want nothing, over a real store and real systems."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.store.pauses import Pause, Pauses
from gateway.store.store import Store
from tests.builders import NOON
from tests.configured import a_gateway, another, recorded
from tests.running import Downstream
from tests.test_worker import a_worker, during, states, to, until, worked


@pytest.fixture
def store(store_in_a_file: Store) -> Store:
    return store_in_a_file


def test_one_that_fails_is_left_alone_with_its_backlog_and_then_probed(
    tmp_path: Path, store: Store, downstream: Downstream
) -> None:
    down = Downstream(lambda count: (503 if count <= 4 else 204, {}))
    breaker = '{ failures = 3, rest = "300ms" }'
    gateway = a_gateway(tmp_path, to("crm", down.url, slots="2", breaker=breaker) + to("well", downstream.url))
    recorded(store.inbox, 30, "crm", "well")
    asyncio.run(during(a_worker(store, gateway), until(lambda: states(store).count("delivered") >= 26)))
    down.close()
    assert ["delivered"] * 30 == states(store, "well")
    # 3 or 4 failed before it opened: their retries are not due at NOON; all others waited, and lost no attempt.
    assert {"delivered": 26, "waiting": 4} == Counter(states(store))
    assert 30 == len(down.arrived)


def test_until_idle_ends_where_a_breaker_holds_the_rest(tmp_path: Path, store: Store) -> None:
    down = Downstream(lambda _count: (503, {}))
    gateway = a_gateway(tmp_path, to("crm", down.url, slots="2", breaker="{ failures = 4 }"))
    recorded(store.inbox, 30)
    worked(store, gateway)
    down.close()
    assert ["waiting"] * 30 == states(store)
    assert 4 <= len(down.arrived) <= 5


def test_a_rate_is_kept_and_until_idle_waits_for_it(tmp_path: Path, store: Store, downstream: Downstream) -> None:
    gateway = a_gateway(tmp_path, to("crm", downstream.url, rate='"40/s"'))
    recorded(store.inbox, 50)
    started = time.monotonic()
    worked(store, gateway)
    assert ["delivered"] * 50 == states(store)
    # 10 at once, 40 a second after that: 1 s. Twice that, and a worker would sleep over its tokens.
    assert 0.95 <= time.monotonic() - started < 3


def test_until_idle_waits_for_no_token_that_nothing_needs(tmp_path: Path, store: Store, downstream: Downstream) -> None:
    gateway = a_gateway(tmp_path, to("crm", downstream.url, rate='"1/h"'))
    recorded(store.inbox, 1)
    worked(store, gateway)
    assert ["delivered"] == states(store)


def test_what_is_paused_before_it_starts_gets_nothing(tmp_path: Path, store: Store, downstream: Downstream) -> None:
    gateway = a_gateway(tmp_path, to("crm", downstream.url) + to("well", downstream.url))
    Pauses(store.database).pause("crm", "ann", "they move house", NOON)
    recorded(store.inbox, 3, "crm", "well")
    worked(store, gateway)
    assert (["waiting"] * 3, ["delivered"] * 3) == (states(store), states(store, "well"))


def test_a_pause_and_its_end_are_seen_while_it_works(tmp_path: Path, store: Store, downstream: Downstream) -> None:
    gateway = a_gateway(tmp_path, to("crm", downstream.url))
    other = another(store)
    pauses = Pauses(other.database)

    async def says(line: str, do: Callable[[], object]) -> None:
        do()
        await until(lambda: line in [one["event"] for one in lines])()

    async def paused() -> None:
        await says("destination.paused", lambda: pauses.pause("crm", "ann", "", NOON))
        recorded(other.inbox, 3)
        worker.wake()
        await asyncio.sleep(0.3)
        assert ["waiting"] * 3 == states(other)

    async def resumed() -> None:
        await says("destination.resumed", lambda: pauses.resume("crm"))

    worker = a_worker(store, gateway)
    with capture_logs() as lines:
        asyncio.run(during(worker, paused, resumed, until(lambda: states(other) == ["delivered"] * 3)))
    other.close()


def test_a_destination_that_wants_no_more_is_paused_by_itself_until_somebody_resumes_it(
    tmp_path: Path, store: Store, downstream: Downstream
) -> None:
    gone = Downstream(lambda _count: (410, {}))
    gateway = a_gateway(tmp_path, to("crm", gone.url, slots="1") + to("well", downstream.url))
    recorded(store.inbox, 5, "crm", "well")
    with capture_logs() as lines:
        worked(store, gateway)
    assert {"crm": Pause(NOON, "the destination", "HTTP 410")} == Pauses(store.database).paused()
    assert ({"dead": 1, "waiting": 4}, ["delivered"] * 5) == (Counter(states(store)), states(store, "well"))
    assert ["destination.paused"] == [line["event"] for line in lines if line["event"].startswith("destination.")]
    Pauses(store.database).resume("crm")
    worked(store, gateway)
    gone.close()
    assert {"dead": 2, "waiting": 3} == Counter(states(store))


def test_what_a_person_said_of_a_pause_stands_though_the_destination_says_410(tmp_path: Path, store: Store) -> None:
    gone = Downstream(lambda _count: (410, {}))
    gone.hangs.clear()
    gateway = a_gateway(tmp_path, to("crm", gone.url))
    recorded(store.inbox, 1)
    other = another(store)

    async def paused_meanwhile() -> None:
        Pauses(other.database).pause("crm", "ann", "they move house", NOON)
        gone.hangs.set()

    dead = until(lambda: states(other) == ["dead"])
    asyncio.run(during(a_worker(store, gateway), until(lambda: gone.arrived), paused_meanwhile, dead))
    assert "ann" == Pauses(other.database).paused()["crm"].by
    other.close()
    gone.close()

"""The back door, over a real store and real systems: claim, deliver, settle, wait, drain."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.current import Current
from gateway.model.delivery import Reply
from gateway.pipeline import Gateway
from gateway.store.history import Selection
from gateway.store.outbox import LEASE, Outbox, new_owner
from gateway.store.store import Store
from gateway.store.upkeep import Upkeep
from gateway.worker import Worker
from tests.builders import NOON
from tests.configured import ANYBODY, Kind, a_document, a_gateway, another, fixed, recorded, with_kind
from tests.running import Downstream
from tests.store.rows import make_due

ALL = Selection(limit=0)


@pytest.fixture
def downstream() -> Iterator[Downstream]:
    opened = Downstream()
    yield opened
    opened.close()


@pytest.fixture
def hanging() -> Iterator[Downstream]:
    """A system that takes a call and does not answer."""
    opened = Downstream()
    opened.hangs.clear()
    yield opened
    opened.close()


def to(name: str, url: str, **more: str) -> str:
    keys = "".join(f"{key} = {value}\n" for key, value in more.items())
    route = '[routes.all]\nto = "crm"\n' if name == "crm" else ""
    return f'[destinations.{name}]\nkind = "http"\nurl = "{url}"\n{keys}{route}'


@pytest.fixture
def store(store_in_a_file: Store) -> Store:
    """Whose clock is the worker's own: here it is set by the tests."""
    return store_in_a_file


def a_worker(store: Store, gateway: Gateway, now: datetime = NOON, **more: Any) -> Worker:
    """A worker for whom it is always `now`."""
    outbox = Outbox(store.database, more.pop("owner", "one"))
    return Worker(fixed(gateway), outbox, Upkeep(store.database), store.revisions, clock=lambda: now, **more)


def worked(store: Store, gateway: Gateway, now: datetime = NOON) -> None:
    """Everything that is due at `now` is tried once."""
    asyncio.run(asyncio.wait_for(a_worker(store, gateway, now, until_idle=True).work(), 20))


def states(store: Store, destination: str = "crm") -> list[str]:
    return [one["state"] for one in store.history.deliveries(ALL) if one["destination"] == destination]


def the_delivery(store: Store) -> dict[str, Any]:
    (item,) = store.history.deliveries(ALL)
    found = store.history.delivery(item["id"])
    assert found is not None
    return found


async def during(worker: Worker, *steps: Callable[[], Awaitable[None]]) -> None:
    """`steps` while the worker works, then it is told to stop, and does."""
    working = asyncio.create_task(worker.work())
    try:
        for step in steps:
            await step()
    finally:
        worker.stop()
        await asyncio.wait_for(working, 20)


def until(condition: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def step() -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - it waits for another system
                await asyncio.sleep(0.01)

    return step


def test_what_is_due_is_delivered_and_settled(tmp_path: Path, store: Store, downstream: Downstream) -> None:
    gateway = a_gateway(tmp_path, to("crm", downstream.url))
    (event_id,) = recorded(store.inbox, 1)
    worked(store, gateway)
    ((headers, body),) = downstream.arrived
    assert event_id == headers["webhook-id"] == json.loads(body)["id"]
    delivery = the_delivery(store)
    assert ("delivered", 1, None, "2026-03-16T12:00:00Z") == (
        delivery["state"], delivery["attempts"], delivery["reason"], delivery["finishedAt"],
    )  # fmt: skip
    (attempt,) = delivery["attemptList"]
    assert (1, "delivered", 204, "one") == (
        attempt["number"], attempt["outcome"], attempt["status"], attempt["worker"],
    )  # fmt: skip


def test_until_idle_ends_once_a_backlog_is_gone(tmp_path: Path, store: Store, downstream: Downstream) -> None:
    gateway = a_gateway(tmp_path, to("crm", downstream.url, slots="1"))
    sent = recorded(store.inbox, 40)
    worked(store, gateway)
    assert ["delivered"] * 40 == states(store)
    assert sorted(sent) == sorted(event["id"] for event in downstream.events)


def test_until_idle_ends_where_nothing_is_due(tmp_path: Path, store: Store, downstream: Downstream) -> None:
    gateway = a_gateway(tmp_path, to("crm", downstream.url))
    recorded(store.inbox, 1)
    make_due(store, NOON)
    worked(store, gateway, NOON - timedelta(seconds=1))
    assert ([], ["waiting"]) == (downstream.arrived, states(store))


def test_a_destination_that_is_inactive_or_not_configured_keeps_its_deliveries_waiting(
    tmp_path: Path, store: Store, downstream: Downstream
) -> None:
    gateway = a_gateway(tmp_path, to("crm", downstream.url, active="false"))
    recorded(store.inbox, 1, "crm", "gone")
    worked(store, gateway)
    assert ([], ["waiting"], ["waiting"]) == (downstream.arrived, states(store), states(store, "gone"))


def test_retries_wait_longer_each_time_and_end_as_a_dead_letter(tmp_path: Path, store: Store) -> None:
    down = Downstream(lambda _count: (503, {}))
    gateway = a_gateway(tmp_path, to("crm", down.url, retry='{ first = "10s", factor = 3, attempts = 3 }'))
    recorded(store.inbox, 1)
    worked(store, gateway)
    waits = due_after(store, NOON)
    assert 9 <= waits <= 11
    worked(store, gateway, NOON + timedelta(seconds=8.9))
    assert 1 == len(down.arrived)
    second = NOON + timedelta(seconds=11)
    worked(store, gateway, second)
    assert 27 <= due_after(store, second) <= 33
    worked(store, gateway, second + timedelta(seconds=33))
    down.close()
    delivery = the_delivery(store)
    why = "HTTP 503; given up after 3 attempts; the next would have come 1m 30s later"
    assert ("dead", 3, why) == (delivery["state"], delivery["attempts"], delivery["reason"])
    assert [1, 2, 3] == [attempt["number"] for attempt in delivery["attemptList"]]
    assert 1 == len({headers["webhook-id"] for headers, _ in down.arrived})


def due_after(store: Store, now: datetime) -> float:
    delivery = the_delivery(store)
    assert (delivery["state"], delivery["reason"]) == ("waiting", "HTTP 503")
    return (datetime.fromisoformat(delivery["dueAt"]) - now).total_seconds()


def test_a_retry_that_succeeds_is_delivered(tmp_path: Path, store: Store) -> None:
    recovers = Downstream(lambda count: (503 if count == 1 else 200, {}))
    gateway = a_gateway(tmp_path, to("crm", recovers.url))
    recorded(store.inbox, 1)
    worked(store, gateway)
    worked(store, gateway, NOON + timedelta(seconds=11))
    recovers.close()
    delivery = the_delivery(store)
    assert ("delivered", 2, None) == (delivery["state"], delivery["attempts"], delivery["reason"])


def test_what_is_refused_is_dead_at_once(tmp_path: Path, store: Store) -> None:
    refusing = Downstream(lambda _count: (400, {}))
    gateway = a_gateway(tmp_path, to("crm", refusing.url))
    recorded(store.inbox, 1)
    worked(store, gateway)
    refusing.close()
    delivery = the_delivery(store)
    assert ("dead", 1, "HTTP 400") == (delivery["state"], delivery["attempts"], delivery["reason"])


def test_one_that_hangs_holds_back_nobody_and_gets_no_more_than_its_slots(
    tmp_path: Path, store: Store, downstream: Downstream, hanging: Downstream
) -> None:
    gateway = a_gateway(tmp_path, to("slow", hanging.url, slots="2") + to("crm", downstream.url))
    recorded(store.inbox, 30, "slow", "crm")

    async def look() -> None:
        assert 2 == len(hanging.arrived)
        assert {"waiting": 28, "claimed": 2} == Counter(states(store, "slow"))
        hanging.hangs.set()

    done = until(lambda: states(store) == ["delivered"] * 30)
    released = until(lambda: states(store, "slow") == ["delivered"] * 30)
    asyncio.run(during(a_worker(store, gateway), done, until(lambda: len(hanging.arrived) == 2), look, released))
    assert 30 == len(hanging.arrived) == len(downstream.arrived)


def test_a_bug_in_a_kind_counts_as_unavailable_and_kills_nobody(
    tmp_path: Path, store: Store, downstream: Downstream
) -> None:
    def bug() -> Reply:
        raise ZeroDivisionError("a bug of ours")

    kind = Kind(bug)
    gateway = with_kind(a_gateway(tmp_path, to("buggy", "http://h/") + to("crm", downstream.url)), "buggy", kind)
    recorded(store.inbox, 3, "buggy", "crm")
    with capture_logs() as lines:
        worked(store, gateway)
    assert (["waiting"] * 3, ["delivered"] * 3) == (states(store, "buggy"), states(store))
    assert {"our bug: ZeroDivisionError: a bug of ours", None} == {
        one["reason"] for one in store.history.deliveries(ALL)
    }
    assert 3 == sum(line["event"] == "delivery.bug" for line in lines)


def test_a_kind_is_opened_once_and_closed_at_the_end(tmp_path: Path, store: Store) -> None:
    kind = Kind(Reply)
    recorded(store.inbox, 2)
    worked(store, with_kind(a_gateway(tmp_path, to("crm", "http://h/")), "crm", kind))
    assert ["open", "deliver", "deliver", "close"] == kind.calls


def test_told_to_stop_it_finishes_what_is_under_way_and_takes_no_more(
    tmp_path: Path, store: Store, hanging: Downstream
) -> None:
    gateway = a_gateway(tmp_path, to("crm", hanging.url, slots="1"))
    recorded(store.inbox, 2)
    worker = a_worker(store, gateway)

    async def stop() -> None:
        worker.stop()
        await asyncio.sleep(0.05)
        hanging.hangs.set()

    asyncio.run(during(worker, until(lambda: hanging.arrived), stop))
    assert ["waiting", "delivered"] == states(store)
    assert 1 == len(hanging.arrived)


def test_what_does_not_end_within_the_drain_is_given_back_and_its_try_not_counted(
    tmp_path: Path, store: Store, hanging: Downstream
) -> None:
    gateway = a_gateway(tmp_path, to("crm", hanging.url))
    recorded(store.inbox, 1)
    worker = a_worker(store, gateway, drain=timedelta(milliseconds=50))
    asyncio.run(during(worker, until(lambda: hanging.arrived)))
    delivery = the_delivery(store)
    assert ("waiting", 0, []) == (delivery["state"], delivery["attempts"], delivery["attemptList"])


def test_what_a_lost_worker_holds_is_taken_back_once_its_lease_has_ended(
    tmp_path: Path, store: Store, downstream: Downstream
) -> None:
    gateway = a_gateway(tmp_path, to("crm", downstream.url))
    recorded(store.inbox, 1)
    assert 1 == len(Outbox(store.database, "lost").claim({"crm": 1}, NOON))
    worked(store, gateway, NOON + LEASE - timedelta(seconds=1))
    assert ["claimed"] == states(store)
    later = a_worker(store, gateway, NOON + LEASE + timedelta(seconds=1))
    asyncio.run(during(later, until(lambda: states(store) == ["delivered"])))
    delivery = the_delivery(store)
    assert (2, ["one"]) == (delivery["attempts"], [attempt["worker"] for attempt in delivery["attemptList"]])


def test_a_worker_that_is_woken_need_not_wait_for_its_next_look(
    tmp_path: Path, store: Store, downstream: Downstream
) -> None:
    gateway = a_gateway(tmp_path, to("crm", downstream.url))
    other = another(store)
    worker = a_worker(store, gateway)
    took: list[float] = []

    async def ring() -> None:
        await asyncio.sleep(0.1)
        started = asyncio.get_running_loop().time()
        recorded(other.inbox, 1)
        worker.wake()
        await until(lambda: states(other).count("delivered") > len(took))()
        took.append(asyncio.get_running_loop().time() - started)

    asyncio.run(during(worker, ring, ring, ring))
    other.close()
    # Unwoken, each would wait 0.4 s for the next look; one of three may meet a busy machine.
    assert min(took) < 0.3


def test_a_newer_revision_is_followed(tmp_path: Path, store: Store, downstream: Downstream) -> None:
    old = a_gateway(tmp_path, ANYBODY)
    new = a_gateway(tmp_path, to("crm", downstream.url), revision=2)
    document = a_document(tmp_path, ANYBODY)
    for text in (ANYBODY, ANYBODY + "# changed\n"):
        store.revisions.put_in_force({**document.files, "gateway.toml": text}, "test", NOON)
    recorded(store.inbox, 1)
    worker = Worker(
        Current(old, lambda _number: new),
        Outbox(store.database, "one"),
        Upkeep(store.database),
        store.revisions,
        clock=lambda: NOON,
    )
    asyncio.run(during(worker, until(lambda: states(store) == ["delivered"])))
    assert 2 == worker.current.gateway.revision


def test_each_attempt_is_one_wide_line(tmp_path: Path, store: Store) -> None:
    down = Downstream(lambda _count: (503, {}))
    gateway = a_gateway(tmp_path, to("crm", down.url))
    (event_id,) = recorded(store.inbox, 1)
    with capture_logs() as lines:
        worked(store, gateway)
    down.close()
    (line,) = [line for line in lines if line["event"] == "delivery.attempted"]
    assert {
        "event_id": event_id, "type": "call.ended", "route": "all", "destination": "crm", "attempt": 1,
        "outcome": "unavailable", "state": "waiting", "status": 503, "error": "HTTP 503", "log_level": "info",
        "event": "delivery.attempted",
    } == {name: value for name, value in line.items() if name not in ("took_ms", "due_at")}  # fmt: skip


def test_no_two_workers_have_one_name() -> None:
    assert new_owner() != new_owner()

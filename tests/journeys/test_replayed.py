"""Events that were delivered go again: one, a selection, dead letters; killed half way, each goes once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.model.delivery import State
from gateway.model.event import rfc3339
from gateway.store.dialect import insert_numbered
from gateway.store.records import event_row
from gateway.store.replays import Replays
from gateway.store.tables import events, micros
from tests import ROOT
from tests.builders import NOON, an_event
from tests.running import Downstream, RunningGateway, running, wait_for

pytestmark = pytest.mark.usefixtures("database")

_CONFIGURATION = """
web_processes = 1
[sources.pbx]
contract = "contract.toml"
authenticate = {{ kind = "anonymous" }}
[destinations.downstream]
kind = "http"
url = "{url}"
retry = {{ first = "100ms", factor = 1, attempts = 1 }}
[routes.all]
to = "downstream"
"""
_MANY = 60_000


@pytest.fixture
def gateway(tmp_path: Path, downstream: Downstream) -> Iterator[RunningGateway]:
    with running(tmp_path, _CONFIGURATION.format(url=downstream.url)) as started:
        yield started


def call(gateway: RunningGateway, number: int = 1, event: str = "call-ended") -> str:
    answer = gateway.post(f"pbx/{event}", json={"call_id": str(number)})
    assert 202 == answer.status_code, answer.text
    return str(answer.json()["eventId"])


def replay(gateway: RunningGateway, *arguments: str) -> str:
    done = gateway.cli("events", "replay", *arguments, "--yes")
    assert 0 == done.returncode, done.stderr
    return done.stdout


def old_events(gateway: RunningGateway, count: int) -> None:
    """So many events, of long ago, without deliveries."""
    event = an_event(type="agent.segment.ended", attributes={"receivedtime": rfc3339(NOON)})
    row = event_row(event, request=0, position=0, received_at=micros(NOON))
    with gateway.store() as store, store.database.writing() as connection:
        for start in range(0, count, 5000):
            insert_numbered(
                connection, events, [row | {"event_id": f"old-{n}"} for n in range(start, min(start + 5000, count))]
            )


def test_an_event_arrives_again_with_the_same_webhook_id_and_the_replays_number(
    gateway: RunningGateway, downstream: Downstream
) -> None:
    event_id = call(gateway)
    wait_for(lambda: len(downstream.arrived) == 1, what="the first delivery")
    replay(gateway, event_id)
    wait_for(lambda: len(downstream.arrived) == 2, what="the second")
    (first, body), (second, again) = downstream.arrived
    assert (event_id, event_id, body) == (first["webhook-id"], second["webhook-id"], again)
    assert (None, "1") == (first.get("gateway-replay"), second["gateway-replay"])
    listed = gateway.event(event_id)["deliveryList"]
    assert [None, 1] == [one["replay"] for one in listed]


def test_a_selection_arrives_again(gateway: RunningGateway, downstream: Downstream) -> None:
    ended = [call(gateway, number) for number in range(5)]
    call(gateway, 9, "agent-segment-ended")
    wait_for(lambda: len(downstream.arrived) == 6, what="the first deliveries")
    replay(gateway, "--type", "call.ended", "--since", "2020-01-01")
    wait_for(lambda: len(downstream.arrived) == 11, what="those of the selection")
    again = [headers["webhook-id"] for headers, _ in downstream.arrived if "gateway-replay" in headers]
    assert sorted(ended) == sorted(again)


def test_dead_letters_arrive_once_their_destination_is_well(tmp_path: Path) -> None:
    is_well: list[bool] = []
    moody = Downstream(lambda _count: (204, {}) if is_well else (422, {}))
    with running(tmp_path, _CONFIGURATION.format(url=moody.url)) as gateway:
        dead = [call(gateway, number) for number in range(3)]
        wait_for(lambda: backlog(gateway, State.DEAD) == 3, what="three dead letters")
        is_well.append(True)
        assert "replay 1 is done: 3 deliveries made" in replay(gateway, "--dead")
        wait_for(lambda: backlog(gateway, State.DELIVERED) == 3, what="their deliveries")
        again = [headers["webhook-id"] for headers, _ in moody.arrived if "gateway-replay" in headers]
        assert sorted(dead) == sorted(again)
        assert "0 dead letters" in replay(gateway, "--dead")
    moody.close()


def backlog(gateway: RunningGateway, state: State) -> int:
    with gateway.history() as history:
        return history.backlog("downstream", state)


def test_a_long_replay_holds_back_no_live_call(gateway: RunningGateway, downstream: Downstream) -> None:
    old_events(gateway, _MANY)
    replaying = begin(gateway)
    wait_for(lambda: created(gateway) > 0, 30, "its first chunk")
    slowest = 0.0
    live = []
    for number in range(20):
        started = time.monotonic()
        live.append(call(gateway, number))
        slowest = max(slowest, time.monotonic() - started)
        time.sleep(0.05)
    arrived = wait_for(lambda: _all_of(downstream, live), 20, "what was live")
    assert arrived and len(downstream.arrived) < _MANY, "the replay was over too soon to tell"
    assert slowest < 2
    replaying.send_signal(signal.SIGINT)
    assert 130 == replaying.wait(20)
    assert '"state": "cancelled"' in gateway.cli("replays", "show", "1").stdout


def _all_of(downstream: Downstream, wanted: list[str]) -> bool:
    return set(wanted) <= {headers["webhook-id"] for headers, _ in list(downstream.arrived)}


def begin(gateway: RunningGateway) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gateway", "events", "replay", "--until", "2026-03-17", "--yes"]
    with gateway.log.open("ab") as log:
        return subprocess.Popen(
            [*command, "--config", str(gateway.path)], env=gateway.environment, cwd=ROOT, stdout=log, stderr=log
        )


def created(gateway: RunningGateway) -> int:
    """How many deliveries the first replay made."""
    with gateway.store() as store:
        found = Replays(store.database).get(1)
    return found.created if found else 0


def test_a_replay_that_is_killed_half_way_and_resumed_makes_each_delivery_once(tmp_path: Path) -> None:
    nowhere = Downstream(lambda _count: (503, {}))
    inactive = _CONFIGURATION.format(url=nowhere.url).replace('kind = "http"', 'kind = "http"\nactive = false')
    with running(tmp_path, inactive) as gateway:
        old_events(gateway, _MANY)
        kill_after_a_chunk(gateway, begin(gateway))
        kill_after_a_chunk(gateway, resume(gateway))
        assert created(gateway) < _MANY, "it was over before it could be killed"
        done = gateway.cli("replays", "resume", "1")
        assert f"replay 1 is done: {_MANY} deliveries made\n" == done.stdout, done.stderr
        with gateway.store() as store, store.database.reading() as connection:
            made = connection.exec_driver_sql("SELECT event FROM deliveries WHERE replay = 1").scalars().all()
        assert _MANY == len(made)
        assert 1 == max(Counter(made).values())
    nowhere.close()


def kill_after_a_chunk(gateway: RunningGateway, process: subprocess.Popen[bytes]) -> None:
    before = created(gateway)
    wait_for(lambda: created(gateway) > before, 30, "a chunk")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)


def resume(gateway: RunningGateway) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gateway", "replays", "resume", "1", "--config", str(gateway.path)]
    with gateway.log.open("ab") as log:
        return subprocess.Popen(command, env=gateway.environment, cwd=ROOT, stdout=log, stderr=log)

"""kill -9 of web, worker and the whole tree under load: nothing acknowledged is lost, all of it is delivered."""

from __future__ import annotations

import os
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.model.delivery import State
from tests.faults.abrupt import running_until_cut
from tests.faults.clock import Clock
from tests.faults.conftest import LONG
from tests.faults.load import Load, delivering_to, end_leases, in_state, missing, repeated, wait_until_drained
from tests.running import Downstream, RunningGateway, wait_for

_KILLS = LONG or 10
_ROUND = ("web process",) * 5 + ("worker",) * 3 + ("gunicorn", "parent")
_MOST_DEATHS = 4
"""After one more within a minute a supervisor gives up, as it should."""


@pytest.fixture
def downstream() -> Iterator[Downstream]:
    """One that takes its time, so that a worker is never killed with empty hands."""
    made = Downstream(_after_a_while)
    yield made
    made.close()


def _after_a_while(_count: int) -> tuple[int, dict[str, str]]:
    time.sleep(0.02)
    return 204, {}


def test_nothing_acknowledged_is_lost(tmp_path: Path, downstream: Downstream, clock: Clock, database: str) -> None:
    configuration = delivering_to(downstream, "web_processes = 2")
    kills: Counter[str] = Counter()
    with running_until_cut(tmp_path, configuration, **clock.environment) as gateway:
        with Load(gateway) as load:
            for victim in _victims(_KILLS):
                load.wait_for_more(100, f"before the {victim} is killed")
                time.sleep(random.random() / 4)  # noqa: S311 - at any moment
                _kill(gateway, victim)
                kills[victim] += 1
            load.wait_for_more(100, "after the last kill")
        patience = 60 + len(load.acknowledged) / 100  # a worker that is killed all the time leaves a long backlog
        wait_for(lambda: not in_state(gateway, State.WAITING), patience, "the end of the backlog")
        end_leases(gateway, clock)
        wait_until_drained(gateway)
        again = repeated(downstream, load.acknowledged)
        assert not missing(gateway, load.acknowledged)
    share = again / len(load.acknowledged)
    told = f"{len(load.acknowledged)} acknowledged, 0 lost, all delivered, {again} repeated ({share:.2%})"
    print(f"{database}: {dict(kills)}, {told}, {len(load.refused)} refused, {load.unanswered} unanswered")
    assert share < 0.02  # at most the destination's slots, each time a worker is killed
    assert {answer.status_code for answer in load.refused} <= {503}


def _victims(count: int) -> Iterator[str]:
    """Who is killed, in any order."""
    deaths = 0
    rounds = -(-count // len(_ROUND))
    chosen = [victim for _ in range(rounds) for victim in random.sample(_ROUND, len(_ROUND))]
    for victim in chosen[:count]:
        dies = "parent" if deaths == _MOST_DEATHS and victim != "web process" else victim
        deaths = 0 if dies == "parent" else deaths + (dies != "web process")
        yield dies


def _kill(gateway: RunningGateway, victim: str) -> None:
    assert gateway.process is not None
    match victim:
        case "parent":
            children = gateway.children()
            os.kill(gateway.process.pid, signal.SIGKILL)
            gateway.process.wait(10)
            everybody = [*children["web"], *children["worker"]]
            wait_for(lambda: not any(_runs(pid) for pid in everybody), 20, "the end of a killed parent's children")
            # One that it was starting just then is in no list, and ends as they do.
            wait_for(lambda: _is_free(gateway.port), 20, "the end of a child that was about to start")
            gateway.start()
        case "gunicorn":
            os.kill(wait_for(lambda: gateway.children()["web"], 20, victim)[0], signal.SIGKILL)
        case "worker":
            os.kill(wait_for(lambda: gateway.children()["worker"], 20, victim)[0], signal.SIGKILL)
        case _:
            os.kill(random.choice(wait_for(lambda: gateway.children()["web"][1:], 20, victim)), signal.SIGKILL)  # noqa: S311


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

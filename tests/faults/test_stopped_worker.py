"""A worker sleeps longer than its lease, as a suspended machine does: what became another's meanwhile stays so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.store.outbox import LEASE
from tests import ROOT
from tests.faults.abrupt import running_until_cut
from tests.faults.clock import Clock
from tests.faults.conftest import LONG
from tests.faults.load import delivering_to, end_leases
from tests.running import Downstream, RunningGateway, wait_for

pytestmark = pytest.mark.usefixtures("database")


def test_a_worker_that_slept_settles_nothing_that_is_no_longer_its_own(tmp_path: Path, clock: Clock) -> None:
    answers: defaultdict[int, threading.Event] = defaultdict(threading.Event)
    downstream = Downstream(lambda count: (204 if answers[count].wait(120) else 500, {}))
    with running_until_cut(tmp_path, delivering_to(downstream), **clock.environment) as gateway:
        event_id = gateway.post("pbx/call-ended", json={"call_id": "1"}).json()["eventId"]
        wait_for(lambda: len(downstream.arrived) == 1, 10, "the first worker's attempt")
        sleeper = gateway.children()["worker"][0]
        os.kill(sleeper, signal.SIGSTOP)
        _outlast_the_lease(gateway, clock)
        with _another_worker(gateway) as other:
            wait_for(lambda: len(downstream.arrived) == 2, 20, "the other worker's attempt")
            answers[1].set()
            os.kill(sleeper, signal.SIGCONT)
            time.sleep(1)  # long enough to settle: that takes milliseconds
            assert ("claimed", 2, []) == _state(gateway, event_id)
            answers[2].set()
            assert other.wait(20) == 0
            assert ("delivered", 2, [(2, str(other.pid))]) == _state(gateway, event_id)
        assert len(downstream.arrived) == 2
    downstream.close()


def _outlast_the_lease(gateway: RunningGateway, clock: Clock) -> None:
    if LONG:
        time.sleep(LEASE.total_seconds() + 1)
    else:
        end_leases(gateway, clock)


@contextmanager
def _another_worker(gateway: RunningGateway) -> Iterator[subprocess.Popen[bytes]]:
    """A worker beside the gateway's own, until nothing is due."""
    command = [sys.executable, "-m", "gateway", "work", "--until-idle", "--config", str(gateway.path)]
    with gateway.log.open("ab") as log:
        worker = subprocess.Popen(command, env=gateway.environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait(10)


def _state(gateway: RunningGateway, event_id: str) -> tuple[str, int, list[tuple[int, str]]]:
    """The state of the event's delivery, its attempts, and which of them are recorded: number and process."""
    with gateway.history() as history:
        event = history.event(event_id)
        assert event is not None
        delivery = history.delivery(event["deliveryList"][0]["id"])
        assert delivery is not None
    tried = [(attempt["number"], attempt["worker"].rsplit("-", 2)[1]) for attempt in delivery["attemptList"]]
    return delivery["state"], delivery["attempts"], tried

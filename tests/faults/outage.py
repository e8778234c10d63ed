"""What callers and a load balancer see while a PostgreSQL server is gone, and what must be true once one is there."""

from __future__ import annotations

import time

import requests

from gateway.model.delivery import State
from tests.faults.load import (
    SLOTS,
    Load,
    delivering_to,
    end_stored_leases,
    in_state,
    missing,
    repeated,
    wait_until_drained,
)
from tests.running import Downstream, RunningGateway, wait_for

_MOST_PATIENCE = 11.0
"""Seconds that a caller waits for any answer: the inbox's patience, and a little for the machine."""


def stored_at(url: str, downstream: Downstream) -> str:
    """The configuration of a gateway whose database is there."""
    return delivering_to(downstream, f'database = "{url}"', "web_processes = 1")


def nothing_is_accepted(gateway: RunningGateway, load: Load, seconds: float) -> None:
    """Every call is refused meanwhile, and the gateway says that it isn't ready."""
    time.sleep(0.3)  # for answers that are on their way
    before, refused = len(load.acknowledged), len(load.refused)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert _readiness(gateway) == 503
        time.sleep(0.2)
    assert before == len(load.acknowledged)
    assert len(load.refused) > refused


def all_is_well_again(gateway: RunningGateway, load: Load, downstream: Downstream) -> None:
    """Calls are accepted at once, and delivered soon."""
    started = time.monotonic()
    load.wait_for_more(4, "once a server is there")
    assert time.monotonic() - started < 3
    arrived = len(downstream.arrived)
    wait_for(lambda: len(downstream.arrived) > arrived + SLOTS, 10, "deliveries once a server is there")
    wait_for(lambda: _readiness(gateway) == 200, 5, "readiness")


def repeated_and_none_lost(gateway: RunningGateway, load: Load, downstream: Downstream) -> int:
    """How many events came again; every one that was acknowledged is stored, and came."""
    load.stop()
    assert {503} >= {answer.status_code for answer in load.refused}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in load.refused)
    assert load.unanswered == 0
    assert load.slowest < _MOST_PATIENCE
    wait_for(lambda: not in_state(gateway, State.WAITING), 60, "the end of the backlog")
    time.sleep(1)  # for what is under way
    end_stored_leases(gateway)  # of claims whose commit was cut, or of settlings that were not on the disk
    wait_until_drained(gateway)
    assert not missing(gateway, load.acknowledged)
    assert "Traceback" not in gateway.log.read_text(encoding="utf-8")  # an outage is nobody's bug
    again = repeated(downstream, load.acknowledged)
    told = f"{len(load.acknowledged)} acknowledged, {len(load.refused)} refused, {again} repeated, 0 lost"
    print(f"{told}, the slowest answer after {load.slowest:.2f} s")
    return again


def _readiness(gateway: RunningGateway) -> int:
    return requests.get(f"{gateway.url}/readyz", timeout=_MOST_PATIENCE).status_code

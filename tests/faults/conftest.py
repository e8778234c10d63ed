"""What every fault needs: a downstream that counts, a clock that can be moved."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.store.outbox import LEASE
from tests.faults.clock import Clock
from tests.running import POSTGRESQL, Downstream

LONG = int(os.environ.get("GATEWAY_FAULTS", "0"))
"""How many faults `make faults` asks for; 0 for the few that every change is tried with."""


@pytest.fixture
def downstream() -> Iterator[Downstream]:
    made = Downstream()
    yield made
    made.close()


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock.at(tmp_path)


@pytest.fixture
def lasting(database: str) -> None:
    """Of a test in which leases end: PostgreSQL counts them by a clock of its own, which nobody moves."""
    if database == POSTGRESQL and not LONG:
        pytest.skip("PostgreSQL's leases take a minute to end: `make faults` waits for them")


def end_leases(clock: Clock) -> None:
    """Let every lease end that is held now."""
    if LONG:
        time.sleep(LEASE.total_seconds() + 1)
    else:
        clock.move_to(LEASE + timedelta(seconds=1))

"""What every fault needs: a store of each kind, a downstream that counts, a clock that can be moved."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.clock import Clock

LONG = int(os.environ.get("GATEWAY_FAULTS", "0"))
"""How many faults `make faults` asks for; 0 for the few that every change is tried with."""


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock.at(tmp_path)

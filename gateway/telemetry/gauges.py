"""Gauges of processes that are gone: a breaker that was open when its worker was killed is no more."""

from __future__ import annotations

import os
from pathlib import Path


def forget_gone(folder: Path) -> None:
    """Delete what processes that no longer live wrote to `folder` of gauges that mean living processes."""
    for file in folder.glob("gauge_live*_*.db"):
        number = file.stem.rpartition("_")[2]
        if number.isdecimal() and not _lives(int(number)):
            file.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

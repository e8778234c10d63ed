"""A gateway whose end is abrupt: nothing of it can do anything more. How it stops in order is test_termination's."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.running import RunningGateway


def cut_power(gateway: RunningGateway) -> None:
    """End every process of `gateway` at once."""
    assert gateway.process is not None
    children = gateway.children()
    for pid in (gateway.process.pid, *children["web"], *children["worker"]):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    gateway.process.wait(10)


@contextmanager
def running_until_cut(folder: Path, configuration: str, **environment: str) -> Iterator[RunningGateway]:
    """A gateway that runs while the block does, or until the block ends it."""
    gateway = RunningGateway(folder, configuration, **environment)
    try:
        gateway.start()
        yield gateway
    finally:
        if gateway.process is not None and gateway.process.poll() is None:
            cut_power(gateway)
        gateway.clean()

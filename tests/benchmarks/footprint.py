"""Bytes on disk per event, and memory of each process, after many: `python -m tests.benchmarks.footprint [events]`."""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from gateway.model.delivery import State
from gateway.store.dialect import is_sqlite
from tests import running as where
from tests.benchmarks.__main__ import json_request
from tests.benchmarks.configured import delivering
from tests.benchmarks.load import WARM_UP, calls_per_second
from tests.benchmarks.stores import sink
from tests.running import RunningGateway, running, wait_for

_EVENTS = 1_000_000
_PAGE = 4096
_SECONDS = 10.0


def main() -> None:
    """Print a line for each database."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else _EVENTS
    print("accepted and delivered; MB resident of each process, as started and after\n")
    for engine in (where.SQLITE, where.POSTGRESQL):
        where.engine = engine
        with ExitStack() as held, tempfile.TemporaryDirectory() as folder:
            text = delivering(held.enter_context(sink()), active=True, slots=64)
            gateway = held.enter_context(running(Path(folder), text))
            calls_per_second(gateway.port, json_request(gateway.port, "4711"), seconds=1)
            before, started, empty = _resident(gateway), time.perf_counter(), _bytes(gateway)
            made = _fill(gateway, wanted)
            per_event = (_bytes(gateway) - empty) / made
            took = time.perf_counter() - started
            print(f"{where.engine}: {made} events in {took:.0f} s, {per_event:.0f} bytes each")
            for name, sizes in _resident(gateway).items():
                was = " ".join(f"{size:.0f}" for size in before[name])
                print(f"  {name}: {was} → {' '.join(f'{size:.0f}' for size in sizes)}", flush=True)


def _fill(gateway: RunningGateway, wanted: int) -> int:
    """Let `wanted` events or a few more be accepted and delivered; how many there were."""
    made = 0.0
    while made < wanted:
        made += calls_per_second(gateway.port, json_request(gateway.port, "4711"), seconds=_SECONDS) * (
            _SECONDS + WARM_UP
        )
        with gateway.history() as history:
            wait_for(lambda: not any(history.backlog("sink", one) for one in (State.WAITING, State.CLAIMED)), 600)
    return round(made)


def _resident(gateway: RunningGateway) -> dict[str, list[float]]:
    """Of each process of the tree, by what it is."""
    pages = {
        name: [int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) for pid in pids]
        for name, pids in gateway.children().items()
    }
    return {name: [count * _PAGE / 1e6 for count in counts] for name, counts in pages.items()}


def _bytes(gateway: RunningGateway) -> int:
    with gateway.store() as store, store.database.reading() as connection:
        if is_sqlite(connection):
            return sum(file.stat().st_size for file in (gateway.folder / "var").glob("gateway.db*"))
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


if __name__ == "__main__":
    main()

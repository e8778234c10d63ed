"""How long a caller waits where each fsync takes 4 ms more, beside 0, 1 and 2 workers: Linux, a C compiler.

`python -m tests.benchmarks.slow_disk`
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import uvloop

from tests.benchmarks.__main__ import json_request
from tests.benchmarks.configured import delivering
from tests.benchmarks.load import answer_latencies
from tests.benchmarks.stores import sink
from tests.faults.preload import compiled
from tests.running import running

_ROUNDS = 3
_RATE = 200
_ALL_ARE_UP = 4.0
"""Seconds after which each web process accepts. One is enough to be ready, and would get all connections: then nobody
waits for another's fsync, and whether it is so is luck that hides what the workers cost."""


def main() -> None:
    """Measure, and print the table."""
    print(f"SQLite, {_RATE} JSON calls a second for 5 s; medians of {_ROUNDS} rounds")
    print(f"{'fsync':<10}{'workers':>8}{'p50 ms':>8}{'p99 ms':>8}")
    for slow in (False, True):
        for workers in (0, 1, 2):
            rounds = [_round(workers, slow=slow) for _ in range(_ROUNDS)]
            p50, p99 = (statistics.median(column) for column in zip(*rounds, strict=True))
            print(f"{'+4 ms' if slow else 'as it is':<10}{workers:>8}{p50 * 1000:8.1f}{p99 * 1000:8.1f}", flush=True)


def _round(workers: int, *, slow: bool) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as name, sink() as port:
        folder = Path(name)
        environment = {"LD_PRELOAD": str(compiled("slow_sync.c", folder))} if slow else {}
        text = delivering(port, f"worker_processes = {max(workers, 1)}", active=workers > 0)
        with running(folder, text, **environment) as gateway:
            time.sleep(_ALL_ARE_UP)
            found = uvloop.run(answer_latencies(gateway.port, lambda n: json_request(gateway.port, str(n)), _RATE, 5))
    return found[len(found) // 2], found[len(found) * 99 // 100]


if __name__ == "__main__":
    main()

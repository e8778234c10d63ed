"""Deliveries a second, and CPU of each, beside a bare aiohttp loop: `python -m tests.benchmarks.deliveries`."""

from __future__ import annotations

import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
import uvloop

from gateway.settings import Document
from gateway.store.migrate import migrate
from gateway.store.place import place_of
from gateway.store.store import open_store
from tests import ROOT
from tests.benchmarks.configured import delivering
from tests.benchmarks.stores import sink
from tests.builders import an_entry, an_event
from tests.configured import a_document

_ROUNDS = 5
_COUNT = 10_000
_SLOTS = 32
_EVENTS_A_CALL = 500
_BODY = an_event().structured()


def main() -> None:
    """Measure, and print the table."""
    rates: dict[str, list[float]] = {"bare aiohttp": [], "worker": []}
    costs: dict[str, list[float]] = {"bare aiohttp": [], "worker": []}
    with sink() as port, tempfile.TemporaryDirectory() as name:
        document = a_document(Path(name), delivering(port, "worker_processes = 1", active=True, slots=_SLOTS))
        idle = _used(lambda: _work(document))
        for _ in range(_ROUNDS):
            _fill(document)
            for kind, run, none in (
                (
                    "bare aiohttp",
                    lambda: _child(["-c", _loop_of(port)]),
                    _used(lambda: _child(["-c", "import tests.benchmarks.deliveries"])),
                ),
                ("worker", lambda: _work(document), idle),
            ):
                took, cpu = _used(run)
                rates[kind].append(_COUNT / (took - none[0]))
                costs[kind].append((cpu - none[1]) / _COUNT * 1e6)
    print(
        f"{_COUNT} deliveries, {_SLOTS} under way at once, medians of {_ROUNDS} interleaved rounds, start-up deducted"
    )
    for kind, found in rates.items():
        ratio = statistics.median(ours / bare for ours, bare in zip(found, rates["bare aiohttp"], strict=True))
        cost = statistics.median(costs[kind])
        print(f"  {kind:<14}{statistics.median(found):7.0f}/s   {ratio:.2f}   {cost:5.0f} µs CPU each")


def _used(run: Callable[[], None]) -> tuple[float, float]:
    """Seconds that it took, and seconds of CPU of its processes."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, cpu


def _work(document: Document) -> None:
    _child(["-m", "gateway", "work", "--until-idle", "--config", str(document.path)])


def _child(arguments: list[str]) -> None:
    subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT)


def _fill(document: Document) -> None:
    """Let so many deliveries wait."""
    store = open_store(place_of(document.settings(), document.folder))
    migrate(store.database)
    for _ in range(_COUNT // _EVENTS_A_CALL):
        store.inbox.record(an_entry(*(an_event() for _ in range(_EVENTS_A_CALL)), to=("sink",)))
    store.close()


def _loop_of(port: int) -> str:
    return f"from tests.benchmarks.deliveries import bare; bare({port})"


def bare(port: int) -> None:
    """The same number of the same bodies, posted and forgotten."""
    uvloop.run(_bare(f"http://127.0.0.1:{port}/"))


async def _bare(url: str) -> None:
    left = iter(range(_COUNT))
    headers = {"Content-Type": "application/cloudevents+json"}

    async def post(session: aiohttp.ClientSession) -> None:
        for _ in left:
            async with session.post(url, data=_BODY, headers=headers) as response:
                await response.read()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(post(session) for _ in range(_SLOTS)))


if __name__ == "__main__":
    main()

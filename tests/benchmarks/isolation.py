"""What seven healthy destinations get beside one that hangs, one that fails and one that is slow.

Events wait already, so nothing but delivering is measured: `python -m tests.benchmarks.isolation`
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import uvloop

from gateway.runtime import runtime_folder
from gateway.settings import MAIN, Document
from gateway.store.migrate import migrate
from gateway.store.place import place_of
from gateway.store.store import open_store
from tests import ROOT
from tests.builders import an_entry
from tests.running import free_port, wait_for

_ROUNDS = 5
_EVENTS = 2000
_BATCH = 64
_HEALTHY = [f"healthy-{number}" for number in range(7)]
_TROUBLED = ["hangs", "fails", "slow"]
_SLOW = 0.5
_ALL = _EVENTS * len(_HEALTHY)


def main() -> None:
    """Measure, and print the table."""
    print(f"{_EVENTS} events for each of 7 healthy destinations, one worker; medians of {_ROUNDS} interleaved rounds")
    alone: list[float] = []
    beside: list[float] = []
    with _systems() as (port, arrived):
        for _ in range(_ROUNDS):
            alone.append(_round(port, arrived, _HEALTHY))
            beside.append(_round(port, arrived, [*_HEALTHY, *_TROUBLED]))
    ratios = sorted(with_them / without for with_them, without in zip(beside, alone, strict=True))
    print(f"  alone              {statistics.median(alone):8.0f}/s")
    print(f"  beside the three   {statistics.median(beside):8.0f}/s   {_told(ratios)}")


def _told(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.3f}   ({ratios[0]:.2f} to {ratios[-1]:.2f})"


def _round(port: int, arrived: Any, names: list[str]) -> float:
    """What the healthy ones get a second, once the first tenth has arrived."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document = _document(folder, port, names)
        with closing(open_store(place_of(document.settings(), folder))) as store:
            migrate(store.database)
            for start in range(0, _EVENTS, _BATCH):
                store.inbox._commit([an_entry(to=names) for _ in range(min(_BATCH, _EVENTS - start))])
        arrived.value = 0
        command = [sys.executable, "-m", "gateway", "work", "--config", str(document.path), "--drain", "10ms"]
        worker = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, env=dict(os.environ))
        try:
            wait_for(lambda: arrived.value >= _ALL // 10, 120, "the first tenth")
            first, started = arrived.value, time.perf_counter()
            wait_for(lambda: arrived.value >= _ALL, 120, "the last")
            return float(_ALL - first) / (time.perf_counter() - started)
        finally:
            worker.terminate()
            worker.wait()
            shutil.rmtree(runtime_folder(folder / "var"), ignore_errors=True)


def _document(folder: Path, port: int, names: list[str]) -> Document:
    text = '[log]\nlevel = "error"\n[sources.pbx]\ncontract = "contract.toml"\nauthenticate = { kind = "anonymous" }\n'
    text += "".join(f'[destinations.{name}]\nkind = "http"\nurl = "http://127.0.0.1:{port}/{name}"\n' for name in names)
    (folder / MAIN).write_text(f"{text}[routes.all]\nto = {names}\n", encoding="utf-8")
    shutil.copy(ROOT / "wsdl/calls/contract.toml", folder / "contract.toml")
    return Document.at(folder / MAIN)


@contextmanager
def _systems() -> Iterator[tuple[int, Any]]:
    """All ten behind one port, told by their path; how many calls the healthy ones got."""
    port, arrived = free_port(), multiprocessing.Value("i")
    process = multiprocessing.Process(target=_serve, args=(port, arrived), daemon=True)
    process.start()
    yield port, arrived
    process.kill()
    process.join()


def _serve(port: int, arrived: Any) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: _System(arrived), "127.0.0.1", port)
        await server.serve_forever()

    uvloop.run(forever())


class _System(asyncio.Protocol):
    """One connection: takes a whole call at a time, and answers as its path says."""

    def __init__(self, arrived: Any) -> None:
        self._arrived = arrived
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, gap, body = self._buffer.partition(b"\r\n\r\n")
        at = head.lower().find(b"content-length:")
        if not gap or len(body) < int(head[at + 15 :].split(b"\r\n", 1)[0]):
            return
        self._buffer = b""
        if b"/hangs " in head:
            return
        if b"/fails " in head:
            self._transport.write(b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n")
        elif b"/slow " in head:
            asyncio.get_running_loop().call_later(_SLOW, self._take)
        else:
            self._arrived.value += 1
            self._take()

    def _take(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


if __name__ == "__main__":
    main()

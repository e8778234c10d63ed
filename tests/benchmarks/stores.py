"""Accepted, and accepted and delivered, a second on both databases: `python -m tests.benchmarks.stores`."""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvloop

from gateway.model.delivery import State
from tests.benchmarks.__main__ import json_request, soap_request
from tests.benchmarks.baselines import HELLO, hello_request, served
from tests.benchmarks.configured import delivering
from tests.benchmarks.load import WARM_UP, calls_per_second
from tests.postgresql import a_database
from tests.running import RunningGateway, free_port, running, wait_for

_ROUNDS = 5
_SECONDS = 3.0
_SAYS = (json_request, soap_request)


def main() -> None:
    """Measure, and print the table."""
    for active in (False, True):
        _table(active=active)


def _table(*, active: bool) -> None:
    with ExitStack() as held, tempfile.TemporaryDirectory() as folder:
        port = held.enter_context(sink())
        hello = held.enter_context(served(Path(folder), HELLO))
        gateways = {}
        for name in ("sqlite", "postgresql"):
            home = Path(folder) / name
            home.mkdir()
            database = f'database = "{held.enter_context(a_database())}"' if name == "postgresql" else ""
            text = delivering(port, database, active=active, slots=64)
            gateways[name] = held.enter_context(running(home, text))
        rates: dict[str, list[float]] = {}
        for _ in range(_ROUNDS):
            rates.setdefault("hello", []).append(calls_per_second(hello, hello_request(hello), seconds=_SECONDS))
            for name, gateway in gateways.items():
                for says in _SAYS:
                    measured = _delivered if active else _accepted
                    rates.setdefault(f"{name} {says.__name__[:4]}", []).append(measured(gateway, says))
    what = "accepted and delivered" if active else "accepted"
    print(f"\n{what}: 32 connections, medians of {_ROUNDS} interleaved rounds")
    for name, found in rates.items():
        ratio = statistics.median(ours / bare for ours, bare in zip(found, rates["hello"], strict=True))
        print(f"  {name:<18}{statistics.median(found):8.0f}/s   {ratio:.3f}", flush=True)


def _accepted(gateway: RunningGateway, says: Callable[[int, str], bytes]) -> float:
    return calls_per_second(gateway.port, says(gateway.port, "4711"), seconds=_SECONDS)


def _delivered(gateway: RunningGateway, says: Callable[[int, str], bytes]) -> float:
    """What was accepted, over the time until the last of it was delivered."""
    started = time.perf_counter()
    accepted = _accepted(gateway, says) * (_SECONDS + WARM_UP)
    with gateway.history() as history:
        unfinished = (State.WAITING, State.CLAIMED)
        wait_for(lambda: not any(history.backlog("sink", state) for state in unfinished), 120, "the end of the backlog")
    return accepted / (time.perf_counter() - started)


@contextmanager
def sink() -> Iterator[int]:
    """A destination that takes everything at once; its port."""
    port = free_port()
    process = multiprocessing.Process(target=_serve, args=(port,), daemon=True)
    process.start()
    yield port
    process.kill()
    process.join()


def _serve(port: int) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(_Takes, "127.0.0.1", port)
        await server.serve_forever()

    uvloop.run(forever())


class _Takes(asyncio.Protocol):
    """Answers each whole request, whose bodies are all as long as the first one says."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head, gap, rest = self._buffer.partition(b"\r\n\r\n")
            if not gap:
                return
            at = head.lower().find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


if __name__ == "__main__":
    main()

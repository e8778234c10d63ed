"""The load generator, the same for everything measured: asyncio protocols on uvloop, keep-alive, one process."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

import uvloop

WARM_UP = 0.5
"""Seconds of calls that are not counted, until every process of the server is warm."""
UNIQUE = b"@@@@@@@@"
"""Where a request has this, each call has another number of as many digits."""
_CONNECTIONS = 32
_numbers = itertools.count()


class _Caller(asyncio.Protocol):
    """One connection: the next call is sent when the answer to the last is whole."""

    def __init__(self, request: bytes, answered: Callable[[bool], None]) -> None:
        self._before, self._is_unique, self._after = request.partition(UNIQUE)
        self._answered = answered
        self._answer = b""
        self._whole = -1
        """How many bytes an answer has: nearly all have as many as the last, and are not parsed."""
        self._transport: asyncio.WriteTransport | None = None
        self.is_over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        if len(data) == self._whole and not self._answer and data.startswith(b"HTTP/1.1 2"):
            self._answered(True)
            self._send()
            return
        self._answer += data
        head, gap, body = self._answer.partition(b"\r\n\r\n")
        if not gap or len(body) < _length(head):
            return
        self._answered(self._answer[9:10] == b"2")
        self._whole, self._answer = len(self._answer), b""
        self._send()

    def _send(self) -> None:
        if not self.is_over and self._transport is not None:
            number = b"%08d" % (next(_numbers) % 10**8) if self._is_unique else b""
            self._transport.write(self._before + number + self._after)


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def calls_per_second(port: int, request: bytes, *, connections: int = _CONNECTIONS, seconds: float = 4) -> float:
    """How many calls a second are answered with 2xx; any other answer fails the measurement."""
    return uvloop.run(_calls_per_second(port, request, connections, seconds))


async def _calls_per_second(port: int, request: bytes, connections: int, seconds: float) -> float:
    counts = {True: 0, False: 0}

    def answered(is_good: bool) -> None:
        counts[is_good] += 1

    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Caller(request, answered), "127.0.0.1", port) for _ in range(connections)
    ]
    await asyncio.sleep(WARM_UP)
    counts[True] = 0
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - started
    rate = counts[True] / took
    for transport, caller in made:
        caller.is_over = True
        transport.close()
    assert counts[False] == 0, f"{counts[False]} calls were refused"
    return rate


class Sink(asyncio.Protocol):
    """A destination that keeps when each call's event arrived, by its call_id."""

    def __init__(self, arrived: dict[str, float]) -> None:
        self._arrived = arrived
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while True:
            head, gap, body = self._received.partition(b"\r\n\r\n")
            length = _length(head)
            if not gap or len(body) < length:
                return
            event = json.loads(body[:length])
            self._arrived.setdefault(event["data"]["call_id"], time.perf_counter())
            self._received = body[length:]
            assert self._transport is not None
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def answer_latencies(port: int, request: Callable[[int], bytes], rate: int, seconds: int) -> list[float]:
    """Seconds from sending a call to its answer, `rate` calls a second on as many connections as are needed, sorted."""
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(_CONNECTIONS)]
    waits: list[float] = []

    async def call(number: int) -> None:
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        started = time.perf_counter()
        writer.write(request(number))
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        waits.append(time.perf_counter() - started)
        assert head[9:10] == b"2", head
        idle.append((reader, writer))

    started = time.perf_counter()
    tasks = []
    for number in range(rate * seconds):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(call(number)))
    await asyncio.gather(*tasks)
    for _, writer in idle:
        writer.close()
    return sorted(waits)


class Passage(NamedTuple):
    """When a call was due, had its answer, and its event was at the sink; in seconds."""

    due: float
    accepted: float
    arrived: float


def delivery_latencies(
    port: int, sink_port: int, request: Callable[[str], bytes], *, rate: int = 100, seconds: int = 10
) -> list[float]:
    """Seconds from a call's answer to its event's arrival at the sink, `rate` calls a second, sorted."""
    ids = [f"latency-{number}" for number in range(rate * seconds)]
    passed = uvloop.run(passages(port, sink_port, {one: request(one) for one in ids}, rate))
    return sorted(max(0.0, one.arrived - one.accepted) for one in passed)


async def passages(port: int, sink_port: int, calls: Mapping[str, bytes], rate: int) -> list[Passage]:
    """What became of each of `calls`, `rate` a second whatever becomes of them; each by the call_id of its event."""
    arrived: dict[str, float] = {}
    due: dict[str, float] = {}
    accepted: dict[str, float] = {}
    loop = asyncio.get_running_loop()
    sink = await loop.create_server(lambda: Sink(arrived), "127.0.0.1", sink_port)
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(_CONNECTIONS):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", port))

    async def call(call_id: str, request: bytes) -> None:
        reader, writer = await idle.get()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        accepted[call_id] = time.perf_counter()
        idle.put_nowait((reader, writer))

    tasks = []
    started = time.perf_counter()
    for number, (call_id, request) in enumerate(calls.items()):
        due[call_id] = started + number / rate
        await asyncio.sleep(max(0.0, due[call_id] - time.perf_counter()))
        tasks.append(asyncio.create_task(call(call_id, request)))
    await asyncio.gather(*tasks)
    for _ in range(400):
        if len(arrived) == len(calls):
            break
        await asyncio.sleep(0.05)
    sink.close()
    while not idle.empty():
        idle.get_nowait()[1].close()
    assert len(arrived) == len(calls), f"{len(calls) - len(arrived)} events did not arrive"
    return [Passage(due[one], accepted[one], arrived[one]) for one in calls]

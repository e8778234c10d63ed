"""What a normal caller waits while others misbehave: `python -m tests.benchmarks.neighbours`."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.__main__ import json_request
from tests.benchmarks.baselines import WEB_PROCESSES
from tests.running import RunningGateway, running

_ROUNDS = 5
_CALLS = 100
_PAUSE = 0.005
_BESIDE = 2
_MEBI = 2**20
_LONG = 4 * _MEBI - 64
"""Bytes of the longest body that is read at all."""
_CONFIGURATION = f"""
web_processes = {WEB_PROCESSES}
[log]
level = "error"
[sources.pbx]
contract = "contract.toml"
authenticate = {{ kind = "anonymous" }}
[sources.guarded]
contract = "contract.toml"
authenticate = {{ kind = "basic", user = "pbx", password = {{ env = "PBX_PASSWORD" }} }}
"""
_JSON, _XML = {"Content-Type": "application/json"}, {"Content-Type": "text/xml"}

Misbehaviour = tuple[str, dict[str, str], bytes]
"""Path, headers, body."""

BESIDE: dict[str, Misbehaviour] = {
    "2 ordinary callers": ("/in/pbx/call-ended", _JSON, b'{"call_id":"4711"}'),
    "wrong passwords": ("/in/guarded/call-ended", _JSON, b"{}"),
    "JSON 90 deep, refused": ("/in/pbx/call-ended", _JSON, b'{"a":' * 90 + b"0" + b"}" * 90),
    "4 MB of XML, refused": ("/in/pbx", _XML, b"<a>" + b"<b/>" * (_LONG // 4 - 2) + b"</a>"),
    "4 MB of JSON, refused": ("/in/pbx/call-ended", _JSON, b'{"call_id":[' + b"0," * (_LONG // 2 - 8) + b"0]}"),
    "gzip of 1 GB, refused": ("/in/pbx/call-ended", _JSON | {"Content-Encoding": "gzip"}, gzip.compress(bytes(2**30))),
    "4 MB of JSON, accepted": ("/in/pbx/call-ended", _JSON, b'{"call_id":"1","notes":"' + b"x" * (_LONG - 32) + b'"}'),
}


def main() -> None:
    """Measure, and print the table."""
    print(f"{WEB_PROCESSES} web processes, {_BESIDE} callers who misbehave; medians of {_ROUNDS} interleaved rounds")
    print(f"{'beside':<30}{'p50 ms':>8}{'p99 ms':>8}{'theirs/s':>10}")
    found: dict[str, list[tuple[float, float, float]]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), _CONFIGURATION, PBX_PASSWORD="right") as gateway,
    ):
        for _ in range(_ROUNDS):
            for name, what in {"nobody": None, **BESIDE}.items():
                found.setdefault(name, []).append(_round(gateway, what))
    for name, rounds in found.items():
        p50, p99, rate = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"{name:<30}{p50 * 1000:8.1f}{p99 * 1000:8.1f}{rate:10.0f}")


def _round(gateway: RunningGateway, what: Misbehaviour | None) -> tuple[float, float, float]:
    """The normal caller's p50 and p99 in seconds, and how many calls a second the others got answered."""
    started = time.perf_counter()
    with _others(gateway.port, what) as answered:
        waits = sorted(_normal(gateway.port))
        took = time.perf_counter() - started
        rate = sum(counter.value for counter in answered) / took
    return waits[len(waits) // 2], waits[len(waits) * 99 // 100], rate


def _normal(port: int) -> Iterator[float]:
    body = json_request(port, "4711").partition(b"\r\n\r\n")[2]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(_CALLS):
        time.sleep(_PAUSE)
        started = time.perf_counter()
        connection.request("POST", "/in/pbx/call-ended", body, _JSON)
        answer = connection.getresponse()
        answer.read()
        yield time.perf_counter() - started
        assert answer.status == 202, answer.status
    connection.close()


@contextmanager
def _others(port: int, what: Misbehaviour | None) -> Iterator[list[Any]]:
    """Callers in processes of their own: they must not slow the one whose waiting is measured."""
    counters = [multiprocessing.Value("i") for _ in range(_BESIDE)]
    made = [multiprocessing.Process(target=_misbehave, args=(port, what, one)) for one in counters if what]
    for process in made:
        process.start()
    time.sleep(0.3)
    yield counters
    for process in made:
        process.kill()
        process.join()


def _misbehave(port: int, what: Misbehaviour, answered: Any) -> None:
    path, headers, body = what
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        with contextlib.suppress(OSError):  # it may be refused before all is sent
            connection.request("POST", path, body, headers)
            connection.getresponse().read()
        connection.close()
        answered.value += 1


if __name__ == "__main__":
    main()

"""Recordings fetched and kept, in a folder and in a bucket, beside a bare aiohttp download; what a hundred hold."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import uvloop
from aiohttp import web

from gateway.destinations.recording import Destination, Options
from gateway.toml import checked
from tests import ROOT
from tests.builders import a_payload, an_event
from tests.recordings.audio import a_wav
from tests.running import accepts, free_port, wait_for
from tests.storage.bucket import ENVIRONMENT, Bucket, a_bucket, s3_server

_ROUNDS = 5
_FILES = 150
_AT_ONCE = 16
_MANY = 100
_SIZES = {"a call of a minute": 1.0, "of ten minutes": 10.0}
"""MB each, about: 8 kHz, 16 bits, one channel."""

Fetch = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Took:
    """Of one round."""

    seconds: float
    cpu: float


def main() -> None:
    """Print a line each; the ratios are of the same run, medians of interleaved rounds."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.recordings", str(port)], cwd=ROOT)
    os.environ |= ENVIRONMENT
    try:
        wait_for(lambda: accepts(port), 20, "the server")
        with s3_server() as s3, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the worker has it
            runner.run(_measured(f"http://127.0.0.1:{port}", a_bucket(s3)))
    finally:
        server.terminate()
        server.wait(10)


async def _measured(url: str, bucket: Bucket) -> None:
    for name, size in _SIZES.items():
        files = max(1, int(_FILES / size))
        bare, ours, stored = [], [], []
        for _ in range(_ROUNDS):
            bare.append(await _bare(f"{url}/{size}", files))
            ours.append(await _ours(f"{url}/{size}", files, _AT_ONCE))
            stored.append(await _ours(f"{url}/{size}", files, _AT_ONCE, bucket))
        print(f"{name}, {size:g} MB: {files} files, {_AT_ONCE} at once, medians of {_ROUNDS} interleaved rounds")
        kinds = {"bare aiohttp, nothing kept": bare, "in a folder, durable": ours, "in a bucket (of moto)": stored}
        for who, took in kinds.items():
            rate = statistics.median(files / one.seconds for one in took)
            cpu = statistics.median(one.cpu / files / size for one in took)
            print(f"  {who:<30}{rate:8.1f} files/s{rate * size:8.1f} MB/s{cpu * 1000:8.2f} ms of CPU a MB")
        hashed = statistics.median(_hashing(size) for _ in range(_ROUNDS))
        print(f"  {'SHA-256 of them, alone':<30}{'':>27}{hashed * 1000:8.2f} ms of CPU a MB")
        for who, took in list(kinds.items())[1:]:
            rates = statistics.median(one.seconds / other.seconds for one, other in zip(bare, took, strict=True))
            cpus = statistics.median(other.cpu / one.cpu for one, other in zip(bare, took, strict=True))
            print(f"  {who}: {rates:.2f} of bare aiohttp's rate, {cpus:.2f} times its CPU")
    for many in (1, _MANY):
        before = _reset_peak()
        await _ours(f"{url}/5.0", many, many)
        print(f"{many} at once, of 5 MB each: {(_memory('VmHWM') - before) / 1024:.1f} MiB more than at rest")


async def _bare(url: str, files: int) -> Took:
    async with aiohttp.ClientSession() as session:

        async def fetch(name: str) -> None:
            async with session.get(f"{url}/{name}") as answer:
                while await answer.content.readany():
                    pass

        return await _timed(fetch, files, _AT_ONCE)


async def _ours(url: str, files: int, at_once: int, bucket: Bucket | None = None) -> Took:
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        options = {
            "url": f"{url}/#call_id#",
            "name": "#call_id#.wav",
            "timeout": "2m",
            "storage": {"kind": "s3", **bucket.options, "received_in": folder, "prefix": Path(folder).name}
            if bucket
            else {"kind": "folder", "path": folder},
        }
        destination = Destination("recordings", checked(Options, options, "destinations.recordings"))
        await destination.open()

        async def fetch(name: str) -> None:
            await destination.deliver(a_payload(an_event(data=json.dumps({"call_id": name}).encode())))

        try:
            return await _timed(fetch, files, at_once)
        finally:
            await destination.close()


async def _timed(fetch: Fetch, files: int, at_once: int) -> Took:
    slots = asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with slots:
            await fetch(str(number))

    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*map(one, range(files)))
    return Took(time.perf_counter() - started, time.process_time() - cpu)


def _hashing(size: float) -> float:
    content = bytes(int(size * 1e6))
    started = time.process_time()
    sha256(content)
    return (time.process_time() - started) / size


def _reset_peak() -> int:
    """From now on the peak is counted anew (proc_pid_clear_refs(5)); what is held now, in KiB."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory("VmRSS")


def _memory(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def _serve(port: int) -> None:
    """Recordings of the size that the path says."""
    made: dict[str, bytes] = {}

    async def recording(request: web.Request) -> web.Response:
        size = request.match_info["size"]
        if size not in made:
            made[size] = a_wav(bytes(range(256)) * int(float(size) * 1e6 / 256))
        return web.Response(body=made[size], content_type="audio/wav")

    app = web.Application()
    app.router.add_get("/{size}", recording)
    app.router.add_get("/{size}/{name}", recording)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _serve(int(sys.argv[1]))
    else:
        main()

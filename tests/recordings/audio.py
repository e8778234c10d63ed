"""Files of audio, and a server that has them: right, late, growing, cut, endless, or none at all."""

from __future__ import annotations

import math
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MP3 = (b"\xff\xfb\x90\x00" + bytes(413)) * 8
"""Eight frames of silence: MPEG 1, layer III, 128 kbit/s, 44.1 kHz, two channels."""
LOG_IN = b"<!DOCTYPE html><html><title>Log in</title><form></form></html>"


def a_wav(
    sound: bytes = b"",
    *,
    tag: int = 1,
    channels: int = 1,
    rate: int = 8000,
    bits: int = 16,
    seconds: float = 0.5,
    seed: int = 0,
) -> bytes:
    """A file as recorders write it; `sound` is a tone where it isn't given."""
    block = channels * bits // 8
    sound = sound or bytes((seed + int(100 + 100 * math.sin(n / 7))) % 256 for n in range(int(rate * seconds) * block))
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits)
    return riff((b"fmt ", form), (b"data", sound))


def riff(*chunks: tuple[bytes, bytes], size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def promising(wav: bytes, length: int) -> bytes:
    """`wav`, whose header says that so many bytes of sound come."""
    place = wav.index(b"data") + 4
    return wav[:place] + struct.pack("<I", length) + wav[place + 4 :]


@dataclass
class Asked:
    """One request, and what it is answered by."""

    path: str
    headers: dict[str, str]
    number: int
    """Which it is of its path, from 1."""
    handler: BaseHTTPRequestHandler

    def say(self, status: int, body: bytes = b"", *, length: int | None = None, **headers: str) -> None:
        """Answer; a `length` that is more than the body has is a connection that breaks off."""
        self.handler.send_response(status)
        said = {"Content_Length": str(len(body) if length is None else length), **headers}
        for name, value in said.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        with suppress(ConnectionError):
            self.handler.wfile.write(body)
        if length is not None:
            self.handler.close_connection = True

    def ranged(self, body: bytes, *, tag: str = '"one"', until: int | None = None) -> None:
        """Answer as a server does that honours ranges; with `until` the connection breaks off there."""
        start = 0
        if self.headers.get("if-range") == tag and "range" in self.headers:
            start = int(self.headers["range"].removeprefix("bytes=").rstrip("-"))
        more = {"Content_Range": f"bytes {start}-{len(body) - 1}/{len(body)}"} if start else {}
        end = len(body) if until is None else until
        self.say(206 if start else 200, body[start:end], length=len(body) - start, ETag=tag, **more)


Answer = Callable[[Asked], None]


@dataclass
class Recorder:
    """A server of recordings, and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_args: object) -> None:
        """Say nothing: some clients break off."""


@contextmanager
def recorder(answer: Answer, port: int = 0) -> Iterator[Recorder]:
    """A server on loopback that answers as it is told."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                number = 1 + sum(one.path == self.path for one in made.asked)
                asked = Asked(self.path, headers, number, self)
                made.asked.append(asked)
            answer(asked)

        def log_message(self, *_args: object) -> None: ...

    server = _Server(("127.0.0.1", port), Handler)
    made = Recorder(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

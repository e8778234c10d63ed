"""A far side that says exactly what a test tells it to, well-formed or not."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Spoken:
    """What was heard, and where."""

    port: int
    heard: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events?token=hunter2"


@contextmanager
def speaking(
    *answers: bytes, keep: bool = False, together: bool = False, port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Spoken]:
    """A server that answers each connection with the next of `answers` and closes it, unless it is to `keep` it.

    With `together` it takes one connection only, and gives all its answers there. A handshake of `tls` that fails is
    a connection without a request.
    """
    with socket.create_server(("127.0.0.1", port)) as server:
        spoken = Spoken(server.getsockname()[1])
        ended = threading.Event()

        def serve() -> None:
            for said in [answers] if together else [(one,) for one in answers]:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(ssl.SSLError, ConnectionError):
                    answering = tls.wrap_socket(connection, server_side=True) if tls else connection
                    with answering:
                        for answer in said:
                            spoken.heard.append(_request(answering))
                            answering.sendall(answer)
                        if keep:
                            ended.wait(10)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield spoken
        finally:
            ended.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


@contextmanager
def deaf() -> Iterator[int]:
    """The port of a listener whose backlog is full: a new connection to it is not established."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            yield port


def _request(connection: socket.socket) -> bytes:
    """The head and the body of one request."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        piece = connection.recv(65536)
        heard += piece
        if not piece or heard.startswith(b"\x16"):  # a TLS handshake has no end that we know
            return heard
    head, _, body = heard.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body

"""A proxy on loopback: CONNECT and absolute form, with names of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """What was asked of it: the heads of requests."""

    port: int
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def proxying(names: Mapping[str, str], answer: str = "") -> Iterator[Proxy]:
    """A proxy to which the names mean these addresses; it says `answer` to everybody if there is one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        proxy = Proxy(server.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=_served, args=(connection, proxy, names, answer), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _served(connection: socket.socket, proxy: Proxy, names: Mapping[str, str], answer: str) -> None:
    with connection, suppress(OSError):
        head, rest = _head(connection)
        proxy.asked.append(head)
        if answer:
            connection.sendall(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return
        method, target = head.split(" ")[:2]
        host, _, port = target.removeprefix("http://").partition("/")[0].rpartition(":")
        with socket.create_connection((names[host], int(port))) as far:
            if method == "CONNECT":
                connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                far.sendall(head.replace(f"http://{host}:{port}", "", 1).encode() + b"\r\n\r\n" + rest)
            back = threading.Thread(target=_copied, args=(far, connection), daemon=True)
            back.start()
            _copied(connection, far)
            back.join(5)


def _head(connection: socket.socket) -> tuple[str, bytes]:
    heard = b""
    while b"\r\n\r\n" not in heard:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError
        heard += piece
    head, _, rest = heard.partition(b"\r\n\r\n")
    return head.decode(), rest


def _copied(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)

"""A burst of connections is shared by the web processes, instead of falling to the one that woke first."""

from __future__ import annotations

import contextlib
import socket
from collections import Counter
from pathlib import Path

import pytest

from tests.running import RunningGateway, running, wait_for

pytestmark = pytest.mark.usefixtures("database")

_CONFIGURATION = """
web_processes = 2
[log]
level = "warning"
"""
_CONNECTIONS = 40


def test_a_burst_of_connections_is_shared(tmp_path: Path) -> None:
    with running(tmp_path, _CONFIGURATION) as gateway:
        # The second process may still be starting when the first is ready, and on a busy machine be late for a burst.
        shares = wait_for(lambda: _shared(gateway), 30, "a burst of which each process has its share")
    assert shares.total() == _CONNECTIONS


def _shared(gateway: RunningGateway) -> Counter[int] | None:
    """How many connections of a burst each process has, None where one of them has hardly any."""
    callers = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(_CONNECTIONS)]
    for caller in callers:
        caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while b"}" not in answer:
            answer += caller.recv(4096)
        assert b'{"status": "ok"}' in answer
    # gunicorn's own process has none; unary plus leaves it out.
    shares = +Counter({pid: _connections_of(pid, gateway.port) for pid in gateway.children()["web"]})
    for caller in callers:
        caller.close()
    return shares if len(shares) > 1 and min(shares.values()) >= _CONNECTIONS // 8 else None


def _connections_of(pid: int, port: int) -> int:
    """How many connections to `port` a process has, by Linux's own tables."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since it was listed
            inodes.add(str(link.readlink()).removeprefix("socket:[").rstrip("]"))
    rows = Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    here = [row.split() for row in rows]
    return sum(row[9] in inodes and row[1].endswith(f":{port:04X}") and row[3] == "01" for row in here)

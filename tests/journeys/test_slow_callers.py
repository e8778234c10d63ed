"""Callers who are slow, lie about their length or leave cost nobody else their patience."""

from __future__ import annotations

import contextlib
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from gateway.store.history import Selection
from tests.running import RunningGateway, running, wait_for

_CONFIGURATION = """
body_timeout = "2s"
[log]
level = "error"
[sources.pbx]
contract = "contract.toml"
authenticate = { kind = "anonymous" }
[sources.guarded]
contract = "contract.toml"
authenticate = { kind = "basic", user = "pbx", password = { env = "PBX_PASSWORD" } }
"""
_HEAD = b"POST /in/pbx/call-ended HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
_CALL = b'{"call_id":"1"}'
_ATTACKERS = 20


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running(tmp_path_factory.mktemp("slow"), _CONFIGURATION, PBX_PASSWORD="hunter2") as gateway:
        yield gateway


def _answer(connection: socket.socket) -> bytes:
    connection.settimeout(20)
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
        if b"requestId" in answer:
            break
    return answer


@contextmanager
def _connected(gateway: RunningGateway) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as connection:
        yield connection


def _drips(connection: socket.socket) -> None:
    connection.sendall(_HEAD + b"Content-Length: 100000\r\n\r\n")
    _until_refused(connection, b"1")


def _sends_chunks_for_ever(connection: socket.socket) -> None:
    connection.sendall(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    _until_refused(connection, b"1\r\n1\r\n")


def _until_refused(connection: socket.socket, piece: bytes) -> None:
    for _ in range(100):
        try:
            connection.sendall(piece)
        except OSError:
            return
        time.sleep(0.1)


def _leaves_in_the_middle(connection: socket.socket) -> None:
    connection.sendall(_HEAD + b"Content-Length: 100000\r\n\r\n" + _CALL)


def _leaves_before_the_answer(connection: socket.socket) -> None:
    connection.sendall(_HEAD + b"Content-Length: %d\r\n\r\n" % len(_CALL) + _CALL)


@pytest.mark.parametrize(
    ("framing", "sends"),
    [(b"Content-Length: 1000", b"{"), (b"Transfer-Encoding: chunked", b"1\r\n{\r\n")],
    ids=["of a length", "chunked"],
)
def test_a_body_that_does_not_come_is_timed_out(gateway: RunningGateway, framing: bytes, sends: bytes) -> None:
    with _connected(gateway) as connection:
        connection.sendall(_HEAD + framing + b"\r\n\r\n" + sends)
        answer = _answer(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"reason":"timeout"' in answer


@pytest.mark.parametrize(
    "chunks", [b"zz\r\n{}\r\n", b"-1\r\n", b"ffffffffffffffff\r\n{}\r\n", b"2\r\n{}{}\r\n0\r\n\r\n"]
)
def test_a_chunk_that_lies_about_its_size_is_refused(gateway: RunningGateway, chunks: bytes) -> None:
    with _connected(gateway) as connection:
        connection.sendall(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
        assert _answer(connection)[9:12] in (b"400", b"408")


def test_a_request_with_two_lengths_is_refused(gateway: RunningGateway) -> None:
    with _connected(gateway) as connection:
        both = b"Content-Length: 15\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(_HEAD + both + b"f\r\n" + _CALL + b"\r\n0\r\n\r\n")
        assert b"400" == _answer(connection)[9:12]


def test_a_request_line_of_64_kb_is_refused_before_it_reaches_us(gateway: RunningGateway) -> None:
    with _connected(gateway) as connection, contextlib.suppress(ConnectionResetError):
        connection.sendall(b"GET /in/pbx/call-ended?call_id=" + b"a" * 65_536 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"202" != _answer(connection)[9:12]
    with gateway.history() as history:
        assert [] == [one for one in history.requests(Selection(limit=0)) if one["method"] == "GET"]


@pytest.mark.parametrize(
    "attack",
    [_drips, _sends_chunks_for_ever, _leaves_in_the_middle, _leaves_before_the_answer],
    ids=lambda one: one.__name__,
)
def test_a_caller_beside_them_is_answered_as_ever(
    gateway: RunningGateway, attack: Callable[[socket.socket], None]
) -> None:
    before = _open_connections(gateway)
    ends = threading.Event()

    def attacks() -> None:
        while not ends.is_set():
            with _connected(gateway) as connection:
                attack(connection)
            time.sleep(0.05)

    attackers = [threading.Thread(target=attacks) for _ in range(_ATTACKERS)]
    for attacker in attackers:
        attacker.start()
    took, url = [], f"{gateway.url}/in/pbx/call-ended"
    with requests.Session() as session:
        for _ in range(60):
            started = time.perf_counter()
            assert 202 == session.post(url, json={"call_id": "1"}, timeout=10).status_code
            took.append(time.perf_counter() - started)
            time.sleep(0.02)
    ends.set()
    for attacker in attackers:
        attacker.join()
    print(f"{attack.__name__}: median {statistics.median(took) * 1000:.1f} ms, most {max(took) * 1000:.1f} ms")
    assert statistics.median(took) < 1
    wait_for(lambda: _open_connections(gateway) <= before + 2, 20, "the end of their connections")


def test_300_idle_connections_stop_nobody(gateway: RunningGateway) -> None:
    idle = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(300)]
    assert 202 == gateway.post("pbx/call-ended", json={"call_id": "1"}).status_code
    for connection in idle:
        connection.close()


def test_a_flood_of_wrong_credentials_is_counted_whole_and_recorded_at_a_bounded_rate(gateway: RunningGateway) -> None:
    url = f"{gateway.url}/in/guarded/call-ended"
    count = 3000
    with requests.Session() as session:
        session.auth = ("pbx", "wrong")
        started = time.monotonic()
        assert {401} == {session.post(url, json={"call_id": "1"}, timeout=10).status_code for _ in range(count)}
        seconds = time.monotonic() - started

    def counted() -> bool:
        lines = requests.get(f"{gateway.admin_url}/metrics", timeout=10).text.splitlines()
        return any('reason="unauthenticated"' in line and line.endswith(f" {count}.0") for line in lines)

    wait_for(counted, 10, "the count of all")
    with gateway.history() as history:
        recorded = len(list(history.requests(Selection(limit=0, state="refused", source="guarded"))))
    # A burst of 500 and 100 a second, for each of two processes.
    assert 0 < recorded <= 2 * (500 + 100 * (seconds + 2))


def _open_connections(gateway: RunningGateway) -> int:
    """Connections that the web processes hold."""
    rows = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    here = [row.split() for row in rows]
    return sum(row[1].endswith(f":{gateway.port:04X}") and row[3] in ("01", "08") for row in here)

"""What real senders do on the wire, line by line of facts/http-senders.md §4, to a gateway that runs.

Left to their own issues: handshakes, signatures and clock skew; TLS and its certificates are the proxy's. Where the
advice there and INTERFACE.md differ, INTERFACE.md is what is tested, and the name or a comment says so.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPResponse

import pytest
import requests

from gateway.store.history import Selection
from tests.running import RunningGateway, running

_CONFIGURATION = """
web_processes = 2
[sources.pbx]
contract = "contract.toml"
authenticate = { kind = "anonymous" }
[sources.guarded]
contract = "contract.toml"
authenticate = { kind = "basic", user = "pbx", password = { env = "PBX_PASSWORD" } }
[sources.keyed]
contract = "contract.toml"
authenticate = { kind = "api_key", header = "X-Api-Key", key = { env = "PBX_PASSWORD" } }
"""
_SECRET = "hunter2-hunter2"
_CALL = b'{"call_id":"4711"}'
_LENGTH = b"Content-Length: %d" % len(_CALL)
_JSON, _CHUNKED = b"Content-Type: application/json", b"Transfer-Encoding: chunked"


class Answered:
    """What came back over a connection."""

    def __init__(self, connection: socket.socket) -> None:
        response = HTTPResponse(connection)
        response.begin()
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()
        head = sum(len(name) + len(value) + 4 for name, value in self.headers.items())
        self.size = len(f"HTTP/1.1 {self.status} {response.reason}\r\n\r\n") + head + len(self.body)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running(tmp_path_factory.mktemp("wire"), _CONFIGURATION, PBX_PASSWORD=_SECRET) as gateway:
        yield gateway


@contextmanager
def connected(gateway: RunningGateway) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        yield connection


def a_head(*headers: bytes, line: bytes = b"POST /in/pbx/call-ended HTTP/1.1") -> bytes:
    return b"\r\n".join((line, b"Host: x", *headers, b"", b""))


def said(gateway: RunningGateway, sent: bytes) -> Answered:
    with connected(gateway) as connection:
        connection.sendall(sent)
        return Answered(connection)


def counted(gateway: RunningGateway) -> int:
    """How many events there are."""
    with gateway.history() as history:
        return len(list(history.events(Selection(limit=0))))


def test_who_expects_100_continue_gets_it_before_the_body_and_then_the_answer(gateway: RunningGateway) -> None:
    with connected(gateway) as connection:
        connection.sendall(a_head(_JSON, _LENGTH, b"Expect: 100-continue"))
        first = b""
        while b"\r\n\r\n" not in first:
            first += connection.recv(1)
        assert first.startswith(b"HTTP/1.1 100 ")
        assert b"content-length" not in first.lower()
        connection.sendall(_CALL)
        assert 202 == Answered(connection).status


def test_a_body_of_no_announced_length_comes_in_chunks_of_any_size(gateway: RunningGateway) -> None:
    with connected(gateway) as connection:
        connection.sendall(a_head(_JSON, _CHUNKED))
        for byte in _CALL:
            connection.sendall(b"1;a=b\r\n%c\r\n" % byte)
        connection.sendall(b"0\r\nX-Checksum: x\r\n\r\n")
        assert 202 == Answered(connection).status


@pytest.mark.parametrize(
    "framing",
    [
        _LENGTH + b"\r\n" + _CHUNKED,
        _CHUNKED + b"\r\n" + _LENGTH,
        _LENGTH + b"\r\nContent-Length: 1",
        _CHUNKED + b"\r\n" + _CHUNKED,
        b"Content-Length: -1",
        b"Content-Length: +18",
        b"Content-Length: 0x12",
        b"Transfer-Encoding: chunked, identity",
    ],
)
def test_a_body_of_two_lengths_or_of_an_odd_one_is_refused(gateway: RunningGateway, framing: bytes) -> None:
    before = counted(gateway)
    answer = said(gateway, a_head(_JSON, framing) + b"12\r\n" + _CALL + b"\r\n0\r\n\r\n")
    assert 400 <= answer.status < 500 or 501 == answer.status
    assert before == counted(gateway)


@pytest.mark.parametrize("chunks", [b"zz\r\n{}\r\n", b"-2\r\n{}\r\n", b"\r\n{}\r\n", b"2\r\n{}}}\r\n0\r\n\r\n"])
def test_a_chunk_of_a_wrong_size_is_400_at_once(gateway: RunningGateway, chunks: bytes) -> None:
    started = time.monotonic()
    assert 400 == said(gateway, a_head(_JSON, _CHUNKED) + chunks).status
    assert time.monotonic() - started < 5


def test_header_names_are_the_same_in_any_case(gateway: RunningGateway) -> None:
    line = b"POST /in/keyed/call-ended HTTP/1.1"
    headers = (b"cOnTeNt-TyPe: application/json", b"x-API-key:" + _SECRET.encode(), b"content-LENGTH: 18")
    assert 202 == said(gateway, a_head(*headers, line=line) + _CALL).status


@pytest.mark.parametrize(
    ("source", "header"),
    [(b"keyed", b"X-Api-Key: " + _SECRET.encode()), (b"guarded", b"Authorization: Basic cGJ4OmE=")],
)
def test_a_token_header_that_comes_twice_is_refused(gateway: RunningGateway, source: bytes, header: bytes) -> None:
    line = b"POST /in/" + source + b"/call-ended HTTP/1.1"
    assert 401 == said(gateway, a_head(_JSON, _LENGTH, header, header, line=line) + _CALL).status


def test_a_folded_header_is_refused_before_it_reaches_us(gateway: RunningGateway) -> None:
    before = counted(gateway)
    assert 400 == said(gateway, a_head(_JSON, _LENGTH, b"X-Long: a\r\n b") + _CALL).status
    assert before == counted(gateway)


@pytest.mark.parametrize(
    "path",
    [
        "/in/pbx/call-ended/", "/in/pbx//call-ended", "/in//pbx/call-ended", "/in/./pbx/./call-ended",
        "/in/pbx/x/../call-ended", "//in/pbx/call-ended", "/in/pbx/v1/call-ended", "/in/pbx/call%2Dended",
    ],
)  # fmt: skip
def test_slashes_and_dot_segments_lead_where_they_should_without_a_redirect(gateway: RunningGateway, path: str) -> None:
    line = f"POST {path} HTTP/1.1".encode()
    assert 202 == said(gateway, a_head(_JSON, _LENGTH, line=line) + _CALL).status


def test_no_path_above_the_endpoints_is_reached_by_dots(gateway: RunningGateway) -> None:
    for path in (b"/in/../healthz", b"/in/pbx/../../metrics", b"/in/%2e%2e/metrics"):
        assert 404 == said(gateway, a_head(line=b"GET " + path + b" HTTP/1.1")).status


def test_probes_are_answered_and_make_no_event(gateway: RunningGateway) -> None:
    before = counted(gateway)
    url = f"{gateway.url}/in/pbx/call-ended"
    head, options = requests.head(url, timeout=10), requests.options(url, timeout=10)
    assert [(200, b""), (204, b"")] == [(answer.status_code, answer.content) for answer in (head, options)]
    assert options.headers["Allow"].startswith("GET, HEAD, OPTIONS, POST")
    assert 200 == gateway.get("pbx", headers={"Accept": "text/html"}).status_code
    assert 404 == requests.head(f"{gateway.url}/in/nobody", timeout=10).status_code
    assert before == counted(gateway)


def test_a_get_of_nothing_is_an_empty_message_and_an_empty_post_malformed(gateway: RunningGateway) -> None:
    # INTERFACE.md: both are calls. The senders that probe so have presets, whose handshakes answer 200.
    before = counted(gateway)
    answers = gateway.get("pbx/call-ended"), gateway.post("pbx/call-ended")
    assert [(422, "contract_violation"), (400, "malformed")] == [
        (answer.status_code, answer.json()["reason"]) for answer in answers
    ]
    assert before == counted(gateway)


def test_who_waits_to_be_asked_for_credentials_is_asked_and_then_let_in(gateway: RunningGateway) -> None:
    with requests.Session() as session:
        url = f"{gateway.url}/in/guarded/call-ended"
        asked = session.post(url, data=_CALL, timeout=10)
        assert (401, True) == (asked.status_code, asked.headers["WWW-Authenticate"].startswith("Basic realm="))
        assert 202 == session.post(url, data=_CALL, auth=("pbx", _SECRET), timeout=10).status_code


def test_http_1_0_needs_no_host_and_is_closed_after_its_answer(gateway: RunningGateway) -> None:
    with connected(gateway) as connection:
        connection.sendall(b"POST /in/pbx/call-ended HTTP/1.0\r\n" + _JSON + b"\r\n" + _LENGTH + b"\r\n\r\n" + _CALL)
        assert 202 == Answered(connection).status
        assert b"" == connection.recv(1)


def test_who_says_close_is_closed_and_who_does_not_goes_on(gateway: RunningGateway) -> None:
    with connected(gateway) as connection:
        for closes in (b"", b"Connection: keep-alive", b"Connection: close"):
            connection.sendall(a_head(_JSON, _LENGTH, *([closes] if closes else [])) + _CALL)
            assert 202 == Answered(connection).status
        assert b"" == connection.recv(1)


def test_the_same_call_many_times_at_once_is_one_event_and_the_same_success(gateway: RunningGateway) -> None:
    before = counted(gateway)

    def post(_number: int) -> requests.Response:
        return gateway.post("pbx/call-ended", data=_CALL, headers={"Idempotency-Key": "one and the same"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(24)))
    receipts = [answer.json() for answer in answers]
    assert {202} == {answer.status_code for answer in answers}
    assert ["accepted", *["duplicate"] * 23] == sorted(receipt["status"] for receipt in receipts)
    assert (1, 24) == (len({one["eventId"] for one in receipts}), len({one["requestId"] for one in receipts}))
    assert before + 1 == counted(gateway)


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(gateway: RunningGateway) -> None:
    # The answer waits two seconds for what may be under way, so that nobody sees a reset instead.
    answer = said(gateway, a_head(_JSON, b"Content-Length: 999999999"))
    assert (413, "too_large") == (answer.status, json.loads(answer.body)["reason"])


@pytest.mark.parametrize(
    ("line", "body", "status"),
    [
        (b"POST /in/pbx/call-ended HTTP/1.1", _CALL, 202),
        (b"POST /in/guarded/call-ended HTTP/1.1", _CALL, 401),
        (b"POST /in/pbx/call-ended HTTP/1.1", b"{", 400),
        (b"HEAD /in/pbx/call-ended HTTP/1.1", b"", 200),
    ],
)
def test_an_answer_is_small_and_says_its_length(gateway: RunningGateway, line: bytes, body: bytes, status: int) -> None:
    answer = said(gateway, a_head(_JSON, b"Content-Length: %d" % len(body), line=line) + body)
    assert status == answer.status
    assert str(len(answer.body)) == answer.headers["content-length"]
    assert "transfer-encoding" not in answer.headers
    assert answer.size <= 1024

"""The HTTP client: bounded in time and size, and whatever fails has one name."""

from __future__ import annotations

import asyncio
import gzip
import time
from datetime import timedelta

import pytest

from gateway.egress.client import MAX_ANSWER
from tests.egress.sending import OK, forbidden, send, unreachable
from tests.egress.speaking import deaf, speaking
from tests.running import free_port

SOON = timedelta(seconds=0.2)


def test_method_headers_and_body_are_sent_as_they_are_given() -> None:
    with speaking(OK) as far:
        (answer,) = send(far.url, body=b"\0\xff\r\n")
    head, _, body = far.heard[0].partition(b"\r\n\r\n")
    assert b"POST /events?token=hunter2 HTTP/1.1" == head.split(b"\r\n", maxsplit=1)[0]
    assert b"X-Name: value" in head
    assert b"\0\xff\r\n" == body
    assert (200, b"ok") == (answer.status, answer.body)


def test_an_answers_headers_are_of_any_case() -> None:
    with speaking(b"HTTP/1.1 503 Later\r\nretry-AFTER: 7\r\nContent-Length: 0\r\n\r\n") as far:
        assert "7" == send(far.url)[0].headers["Retry-After"]


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with speaking(OK) as other:
        with speaking(f"HTTP/1.1 307 Go\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n".encode()) as far:
            assert 307 == send(far.url)[0].status
        assert [] == other.heard


def test_a_long_answer_is_cut_and_not_waited_for() -> None:
    endless = b"HTTP/1.1 500 Error\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * (2 * MAX_ANSWER)
    with speaking(endless, keep=True) as far:
        (answer,) = send(far.url)
    assert (500, MAX_ANSWER) == (answer.status, len(answer.body))


def test_no_compressed_answer_is_asked_for() -> None:
    with speaking(OK) as far:
        send(far.url)
    assert b"accept-encoding" not in far.heard[0].lower()


def test_a_compressed_answer_is_not_inflated() -> None:
    packed = gzip.compress(b"x" * 1_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    with speaking(head + packed) as far:
        assert packed == send(far.url)[0].body


def test_a_cookie_is_not_kept() -> None:
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    with speaking(answer, answer) as far:
        send(far.url.replace("127.0.0.1", "localhost"), times=2)  # cookies of an address are never kept
    assert [False, False] == [b"cookie" in heard.lower() for heard in far.heard]


def test_a_connection_is_used_again() -> None:
    with speaking(OK, OK, OK, together=True) as far:
        assert [200, 200, 200] == [answer.status for answer in send(far.url, times=3)]
    assert 3 == len(far.heard)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
    ids=["nothing", "garbage", "length", "cut", "chunk", "header", "continue"],
)
def test_an_answer_that_is_no_http_is_none(answer: bytes) -> None:
    with speaking(answer) as far:
        assert unreachable(far.url)


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut"])
def test_what_went_wrong_is_said_without_the_url(answer: bytes) -> None:
    with speaking(answer) as far:
        assert "hunter2" not in unreachable(f"{far.url}?token=hunter2")


def test_nobody_listening_is_said_with_host_and_port() -> None:
    port = free_port()
    assert unreachable(f"http://127.0.0.1:{port}/?token=hunter2").startswith(f"no connection to 127.0.0.1:{port}: ")


def test_a_name_that_nobody_has_is_said() -> None:
    assert unreachable("http://name.invalid/?token=hunter2").startswith("no connection to name.invalid:80: ")


def test_a_far_side_that_speaks_no_tls_is_said() -> None:
    with speaking(b"no TLS here") as far:
        assert "SSL" in unreachable(far.url.replace("http:", "https:"))


def test_the_time_limit_of_the_whole_is_kept() -> None:
    started = time.monotonic()
    with speaking(b"", keep=True) as far:
        assert "no answer within 0.2 s" == unreachable(far.url, timeout=SOON)
    assert time.monotonic() - started < 2


def test_an_answer_that_begins_but_does_not_end_is_said() -> None:
    with speaking(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", keep=True) as far:
        assert "no whole answer within 0.2 s" == unreachable(far.url, timeout=SOON)


def test_the_time_limit_of_the_connection_is_kept() -> None:
    with deaf() as port:
        assert "no connection within 0.2 s" == unreachable(f"http://127.0.0.1:{port}/", connect_timeout=SOON)


def test_the_phase_is_named_also_where_the_whole_has_the_shorter_limit() -> None:
    with deaf() as port:
        assert "no connection within 0.2 s" == unreachable(f"http://127.0.0.1:{port}/", timeout=SOON)


def test_a_handshake_that_is_not_answered_is_no_connection() -> None:
    with speaking(b"", keep=True) as far:
        url = far.url.replace("http:", "https:")
        assert "no connection within 0.2 s" == unreachable(url, connect_timeout=SOON)


def test_a_name_that_is_not_resolved_in_time_is_no_connection() -> None:
    async def never(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    why = unreachable("http://example.org/", connect_timeout=SOON, client={"resolve": never})
    assert "no connection within 0.2 s" == why


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://exa mple/", "nonsense", "http://", ""])
def test_what_is_no_address_is_forbidden_and_not_quoted(url: str) -> None:
    assert "hunter2" not in forbidden(f"{url}?token=hunter2")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("/a%2fb/../c;d=%41'|^\"<>?x=%2F+%20&y={z}", "/a%2fb/../c;d=%41'|^\"<>?x=%2F+%20&y={z}"),
        ("?only=query", "/?only=query"),
        ("", "/"),
        ("/path#fragment", "/path"),
        ("/Zoë?q=😀", "/Zo%C3%AB?q=%F0%9F%98%80"),
    ],
    ids=["encoded", "query", "nothing", "fragment", "international"],
)
def test_path_and_query_are_sent_as_they_are_written(written: str, sent: str) -> None:
    with speaking(OK) as far:
        send(far.url.partition("/events")[0] + written)
    assert f"POST {sent} HTTP/1.1".encode() == far.heard[0].split(b"\r\n", maxsplit=1)[0]

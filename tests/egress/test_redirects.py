"""A redirect that keeps method and body is followed where it may be: it comes from the far side, and is judged."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.egress.tls import tls_context
from tests.egress.certificates import an_authority
from tests.egress.sending import OK, Names, a_policy, forbidden, send, unreachable
from tests.egress.speaking import speaking
from tests.running import free_port

NAMES = {"first.example": [["127.0.0.1"]], "other.example.org": [["127.0.0.1"]]}
HEADERS = {
    "Authorization": "Bearer hunter2",
    "X-Api-Key": "hunter2",
    "Cookie": "hunter2",
    "Host": "x",
    "X-Team": "sales",
}


def client(*hosts: str, written: str = "first.example") -> dict[str, object]:
    return {"policy": a_policy(written, *hosts), "resolve": Names(NAMES)}


def going(location: str, status: int = 307) -> bytes:
    head = f"HTTP/1.1 {status} Go\r\nLocation: {location}\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngone"
    return head.encode("utf-8", "surrogateescape")


def names_heard(heard: bytes) -> set[str]:
    return {line.partition(b":")[0].decode().lower() for line in heard.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]}


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("method", ["POST", "PUT", "GET"])
def test_method_and_body_are_kept(status: int, method: str) -> None:
    with speaking(OK) as other, speaking(going(f"http://other.example.org:{other.port}/x%2fy?z", status)) as first:
        permitted = client("other.example.org", "127.0.0.0/8")
        url = f"http://first.example:{first.port}/"
        (answer,) = send(url, method=method, body=b"\0body", redirects=1, client=permitted)
    assert b"ok" == answer.body
    head, _, body = other.heard[0].partition(b"\r\n\r\n")
    assert f"{method} /x%2fy?z HTTP/1.1".encode() == head.split(b"\r\n", maxsplit=1)[0]
    assert f"Host: other.example.org:{other.port}".encode() in head
    assert b"\0body" == body


@pytest.mark.parametrize("status", [300, 301, 302, 303])
def test_a_redirect_that_would_lose_the_body_is_an_answer(status: int) -> None:
    with speaking(going("/elsewhere", status), OK) as first:
        (answer,) = send(f"http://first.example:{first.port}/", redirects=5, client=client())
    assert (status, b"gone") == (answer.status, answer.body)
    assert 1 == len(first.heard)


@pytest.mark.parametrize("answer", [going("").replace(b"Location: \r\n", b""), going("")])
def test_a_redirect_to_nowhere_is_an_answer(answer: bytes) -> None:
    with speaking(answer) as first:
        assert 307 == send(f"http://first.example:{first.port}/", redirects=5, client=client())[0].status


def test_within_the_written_host_and_port_nothing_need_be_permitted_and_no_header_is_lost() -> None:
    port = free_port()
    with speaking(going("/second"), going(f"//FIRST.example.:{port}/third"), OK, port=port) as far:
        url = f"http://first.example:{port}/"
        (answer,) = send(url, headers=HEADERS, redirects=2, secret_headers=frozenset({"x-api-key"}), client=client())
    assert 200 == answer.status
    assert [b"/", b"/second", b"/third"] == [heard.split(b" ")[1] for heard in far.heard]
    assert {name.lower() for name in HEADERS} <= names_heard(far.heard[2])


def test_credentials_do_not_go_along_to_another_origin_and_do_not_come_back() -> None:
    with (
        speaking(OK) as third,
        speaking(going(f"http://first.example:{third.port}/")) as second,
        speaking(going(f"http://other.example.org:{second.port}/")) as first,
    ):
        url, secrets = f"http://first.example:{first.port}/", frozenset({"X-API-Key"})
        permitted = client("other.example.org", "first.example", "127.0.0.1")
        send(url, headers=HEADERS, redirects=2, secret_headers=secrets, client=permitted)
    assert {"authorization", "x-api-key", "cookie", "x-team"} <= names_heard(first.heard[0])
    for far in (second, third):
        assert b"hunter2" not in far.heard[0]
        assert b"Host: x\r\n" not in far.heard[0]
        assert "x-team" in names_heard(far.heard[0])


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://127.0.0.1:{port}/", "none of the permitted hosts"),
        ("http://localhost:{port}/", "none of the permitted hosts"),
        ("//127.0.0.1:{port}/", "none of the permitted hosts"),
        ("http://first.example:{port}/", "none of the permitted hosts"),
        ("http://other.example.org:{port}/", "other.example.org is at 127.0.0.1, which is not public"),
        ("http://169.254.169.254/latest/meta-data/", "none of the permitted hosts"),
        ("http://[::ffff:127.0.0.1]:{port}/", "none of the permitted hosts"),
        ("http://2130706433:{port}/", "no IPv4 address of four decimal numbers"),
        ("http://other.example.org@127.0.0.1:{port}/", "credentials don't belong"),
        ("/\\127.0.0.1:{port}/", "a backslash"),
        ("\\\\127.0.0.1:{port}/", "a backslash"),
        ("http://other.example.org\t.evil.example/", "white space"),
        ("file:///etc/passwd", "must be an http or https URL"),
        ("gopher://127.0.0.1:{port}/", "must be an http or https URL"),
        ("http:/elsewhere", "must be an http or https URL"),
        ("http:elsewhere", "must be an http or https URL"),
        ("http://", "must be an http or https URL"),
        ("http://[::1", "must be an http or https URL"),
        ("http://first.example:99999/", "ports are 1 to 65535"),
    ],
)
def test_a_redirect_leads_nowhere_that_hosts_does_not_permit(location: str, why: str) -> None:
    with speaking(OK) as inner, speaking(going(location.replace("{port}", str(inner.port)))) as first:
        url = f"http://first.example:{first.port}/?token=hunter2"
        said = forbidden(url, redirects=3, client=client("other.example.org"))
        assert why in said
        assert "hunter2" not in said
    assert [] == inner.heard


def test_the_hosts_of_redirects_are_not_open_without_a_policy() -> None:
    with speaking(OK) as inner, speaking(going(inner.url)) as first:
        assert "none of the permitted hosts" in forbidden(first.url, redirects=1)
    assert [] == inner.heard


def test_a_loop_ends() -> None:
    with speaking(*[going("/again")] * 5) as first:
        why = forbidden(f"http://first.example:{first.port}/", redirects=3, client=client())
    assert f"more than 3 redirects, the last to first.example:{first.port}" == why
    assert 4 == len(first.heard)


def test_from_https_nothing_goes_on_over_http(tmp_path: Path) -> None:
    authority = an_authority(tmp_path)
    with speaking(OK) as other:
        location = f"http://other.example.org:{other.port}/"
        with speaking(going(location), tls=authority.server("DNS:first.example")) as first:
            trusting = client("other.example.org", "127.0.0.1") | {"tls": tls_context(ca=authority.certificate)}
            why = forbidden(f"https://first.example:{first.port}/", redirects=1, client=trusting)
    assert "first.example redirects from https to http, to other.example.org" == why
    assert [] == other.heard


def test_from_http_it_may_go_on_over_https(tmp_path: Path) -> None:
    authority = an_authority(tmp_path)
    with (
        speaking(OK, tls=authority.server("DNS:first.example")) as second,
        speaking(going(f"https://first.example:{second.port}/")) as first,
    ):
        trusting = client("first.example", "127.0.0.1") | {"tls": tls_context(ca=authority.certificate)}
        (answer,) = send(f"http://first.example:{first.port}/", headers=HEADERS, redirects=1, client=trusting)
    assert 200 == answer.status
    assert "authorization" not in names_heard(second.heard[0])


def test_the_time_limit_is_for_all_hops_together() -> None:
    started = time.monotonic()
    with speaking(b"", keep=True) as last, speaking(going(f"http://first.example:{last.port}/")) as first:
        soon, permitted = timedelta(seconds=0.3), client("first.example", "127.0.0.1")
        url = f"http://first.example:{first.port}/"
        assert "no answer within 0.3 s" == unreachable(url, timeout=soon, redirects=1, client=permitted)
    assert time.monotonic() - started < 2

"""What goes out over HTTP, and what is shown of it: who we are, where it may go, what answers mean, secrets masked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.destinations.http import Destination, Options
from gateway.errors import ConfigError, DeliveryError, Refused, Unavailable
from gateway.model.delivery import Reply
from gateway.toml import checked
from tests.builders import a_payload, an_event
from tests.destinations.conformance import SECRET, delivered
from tests.egress.speaking import Spoken, speaking

OK = b"HTTP/1.1 200 OK\r\nX-Said: yes\r\nContent-Length: 4\r\n\r\nfine"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """The folder of a configuration with a secret in it."""
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    return tmp_path


def a_destination(folder: Path, url: str, **options: object) -> Destination:
    return Destination("crm", checked(Options, {"url": url, **options}, "destinations.crm", folder))


def told(far: Spoken) -> tuple[str, bytes]:
    """The head and the body of the one request that it heard."""
    head, _, body = far.heard[0].partition(b"\r\n\r\n")
    return head.decode(), body


def came_to(destination: Destination, **data: str) -> DeliveryError | Reply:
    event = an_event(data=("{" + ",".join(f'"{name}":"{value}"' for name, value in data.items()) + "}").encode())
    try:
        return delivered(destination, a_payload(event))[0]
    except DeliveryError as error:
        return error


PROOF = "destinations.crm.authenticate"
REFERENCE = {"file": "secret"}
WAYS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "basic", "user": "gw", "password": REFERENCE}, "Authorization: Basic Z3c6aHVudGVyMg=="),
    ({"kind": "bearer", "token": REFERENCE}, f"Authorization: Bearer {SECRET}"),
    ({"kind": "api_key", "header": "X-Key", "key": REFERENCE}, f"X-Key: {SECRET}"),
    ({"kind": "api_key", "query": "key", "key": REFERENCE}, f"?key={SECRET} HTTP/1.1"),
]


@pytest.mark.parametrize(("authenticate", "expected"), WAYS)
def test_we_say_who_we_are_and_show_it_to_nobody(secret: Path, authenticate: dict[str, Any], expected: str) -> None:
    with speaking(OK) as far:
        destination = a_destination(secret, far.url.partition("?")[0], authenticate=authenticate, debug=True)
        reply = came_to(destination)
    assert expected in told(far)[0]
    assert isinstance(reply, Reply)
    assert reply.exchange is not None
    for shown in (reply.exchange.request, destination.preview(a_payload()), repr(destination)):
        assert SECRET not in shown
        assert "Z3c6" not in shown
    assert "••••" in reply.exchange.request
    assert "HTTP 200\nX-Said: yes\nContent-Length: 4\n\nfine" == reply.exchange.response


def test_without_debugging_nothing_is_kept(secret: Path) -> None:
    with speaking(OK) as far:
        assert Reply(200) == came_to(a_destination(secret, far.url))


@pytest.mark.parametrize(
    ("status", "answers", "kind"),
    [
        (422, {"again": [422]}, Unavailable),
        (422, {"again": ["4xx"]}, Unavailable),
        (503, {"never": ["5xx"]}, Refused),
        (503, {"never": ["5xx"], "again": [503]}, Unavailable),
        (404, {"never": [404]}, Refused),
        (302, {"again": ["3xx"]}, Unavailable),
    ],
)
def test_what_an_answer_means_may_be_said(
    secret: Path, status: int, answers: dict[str, Any], kind: type[DeliveryError]
) -> None:
    with speaking(b"HTTP/1.1 %d Said\r\nContent-Length: 0\r\n\r\n" % status) as far:
        assert isinstance(came_to(a_destination(secret, far.url, answers=answers)), kind)


@pytest.mark.parametrize(("status", "pauses"), [(410, True), (400, False)])
def test_gone_wants_no_more_of_anything(secret: Path, status: int, pauses: bool) -> None:
    with speaking(b"HTTP/1.1 %d Said\r\nContent-Length: 0\r\n\r\n" % status) as far:
        error = came_to(a_destination(secret, far.url))
    assert isinstance(error, Refused)
    assert pauses is error.pauses


def test_a_query_is_sent_without_a_body(secret: Path) -> None:
    with speaking(OK) as far:
        url = far.url.partition("?")[0]
        came_to(a_destination(secret, url, method="GET", format="query", body={"id": "#call_id#"}), call_id="a b")
    head, body = told(far)
    assert head.startswith("GET /events?id=a+b HTTP/1.1\r\n")
    assert b"" == body
    assert "Content-Type" not in head


def test_own_headers_take_the_place_of_ours_whatever_their_case(secret: Path) -> None:
    with speaking(OK) as far:
        came_to(a_destination(secret, far.url, headers={"user-agent": "#call_id#"}), call_id="me")
    head = told(far)[0].lower()
    assert 1 == head.count("user-agent:")
    assert "user-agent: me" in head


def test_a_host_that_data_names_is_called_only_where_it_may_be(secret: Path) -> None:
    with speaking(OK) as far:
        url = far.url.partition("?")[0].replace("127.0.0.1", "#call_id#")
        inside = a_destination(secret, url, hosts=["*.example.org"])
        error = came_to(inside, call_id="127.0.0.1")
        assert isinstance(error, Refused)
        assert error.why.startswith("it may not be sent there: ")
        assert [] == far.heard
        assert Reply(200) == came_to(a_destination(secret, url, hosts="127.0.0.0/8"), call_id="127.0.0.1")


def test_a_whole_url_may_come_from_the_data(secret: Path) -> None:
    with speaking(OK) as far:
        destination = a_destination(secret, "#callback#", hosts=["127.0.0.1"])
        assert Reply(200) == came_to(destination, callback=far.url)
        refused = came_to(destination, callback="http://169.254.169.254/latest/meta-data")
    assert isinstance(refused, Refused)


@pytest.mark.parametrize(
    ("options", "path", "why"),
    [
        ({"url": "https://#a#/"}, "destinations.crm.url", "say where events may lead: hosts"),
        ({"url": "https://h/", "format": "json", "body": "{"}, "destinations.crm.body", "Expecting"),
        ({"url": "https://h/", "format": "yaml"}, "destinations.crm.format", "there are: cloudevent"),
        ({"url": "https://h/", "authenticate": {"kind": "digest"}}, f"{PROOF}.kind", "basic, bearer"),
        ({"url": "https://h/", "authenticate": {"kind": "api_key", "key": REFERENCE}}, PROOF, "either header or query"),
        ({"url": "https://h/", "secret": REFERENCE}, "destinations.crm.secret", "base64"),
        ({"url": "https://h/", "hosts": ["*"]}, "destinations.crm.hosts.0", "whole names"),
        ({"url": "https://h/", "redirects": 11}, "destinations.crm.redirects", "must be at most 10"),
        ({"url": "https://h/", "tls": {"ca": "nope.pem"}}, "destinations.crm.tls", "nope.pem"),
        ({"url": "https://h/", "proxy": "socks://h"}, "destinations.crm.proxy", "http"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_place(
    secret: Path, options: dict[str, Any], path: str, why: str
) -> None:
    with pytest.raises(ConfigError) as error:
        checked(Options, options, "destinations.crm", secret)
    assert path == error.value.path
    assert why in str(error.value)
    assert SECRET not in str(error.value)

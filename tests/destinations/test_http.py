"""The event is posted to a URL; the answer's status says what becomes of the delivery."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from gateway.destinations.http import Destination, Options
from gateway.errors import ConfigError, DeliveryError, Refused, Unavailable
from gateway.model.delivery import Reply
from gateway.model.event import STRUCTURED
from gateway.toml import checked
from tests.builders import a_payload
from tests.destinations.conformance import SECRET, OverTheWire, delivered, failed
from tests.egress.speaking import Spoken, speaking
from tests.running import Downstream, free_port

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


def a_destination(url: str, **options: object) -> Destination:
    return Destination("crm", checked(Options, {"url": url, **options}, "destinations.crm"))


def answer(status: int, **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status} Said", "Content-Length: 0", "Connection: close", *lines, "", ""]).encode()


@contextmanager
def downstream() -> Iterator[Downstream]:
    far = Downstream()
    try:
        yield far
    finally:
        far.close()


@contextmanager
def nobody() -> Iterator[Spoken]:
    yield Spoken(free_port())


def judged(status: int, **headers: str) -> DeliveryError | Reply:
    """What a delivery comes to that is answered so; a second request would be a success, and is not made."""
    with speaking(answer(status, **headers), answer(204)) as far:
        try:
            (reply,) = delivered(a_destination(far.url), a_payload())
        except DeliveryError as error:
            return error
        finally:
            assert 1 == len(far.heard)
        return reply


class TestHttp(OverTheWire):
    def far(self) -> AbstractContextManager[Any]:
        return downstream()

    def nobody(self) -> AbstractContextManager[Any]:
        return nobody()

    def refusing(self) -> AbstractContextManager[Any]:
        return speaking(answer(400))

    def silent(self) -> AbstractContextManager[Any]:
        return speaking(b"", keep=True)

    def far_at(self, down: Any) -> AbstractContextManager[Any]:
        return speaking(NO_CONTENT, port=down.port)

    def a_destination(self, far: Any, timeout: timedelta = timedelta(seconds=5)) -> Destination:
        url, headers = far.url.partition("?")[0], {"Authorization": f"Bearer {SECRET}"}
        return a_destination(f"{url}?token={SECRET}", headers=headers, timeout=f"{timeout.total_seconds()}s")

    def arrived(self, far: Any) -> list[tuple[str, bytes]]:
        if isinstance(far, Downstream):
            return [(headers["webhook-id"], body) for headers, body in far.arrived]
        return [("", heard) for heard in far.heard]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    assert Reply(status) == judged(status)


@pytest.mark.parametrize("status", [401, 403, 404, 408, 409, 425, 429, 500, 501, 502, 503, 504, 599])
def test_what_may_pass_is_tried_again(status: int) -> None:
    error = judged(status)
    assert isinstance(error, Unavailable)
    assert (status, f"HTTP {status}", None) == (error.status, error.why, error.retry_after)


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308, 400, 402, 405, 410, 413, 415, 422, 451])
def test_what_cannot_pass_is_refused_and_no_redirect_is_followed(status: int) -> None:
    error = judged(status, Location="/elsewhere")
    assert isinstance(error, Refused)
    assert (status, f"HTTP {status}") == (error.status, error.why)


@pytest.mark.parametrize(("value", "expected"), [("17", 17.0), (" 0 ", 0.0), ("soon", None), ("", None), ("-5", None)])
def test_retry_after_in_seconds_is_kept(value: str, expected: float | None) -> None:
    error = judged(429, Retry_After=value)
    assert isinstance(error, Unavailable)
    assert expected == error.retry_after


@pytest.mark.parametrize(("minutes", "least", "most"), [(10, 590, 600), (-10, 0, 0)])
def test_retry_after_may_be_a_date(minutes: int, least: float, most: float) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    error = judged(503, Retry_After=date)
    assert isinstance(error, Unavailable)
    assert error.retry_after is not None
    assert least <= error.retry_after <= most


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "HTTP 422"),
        (b" the field is missing\n", "HTTP 422: the field is missing"),
        (b"\xff\xfe", "HTTP 422: ��"),
        (b"x" * 10_000, "HTTP 422: " + "x" * 300),
    ],
)
def test_what_the_far_side_says_is_quoted_within_bounds(body: bytes, expected: str) -> None:
    with speaking(b"HTTP/1.1 422 No\r\nContent-Length: %d\r\n\r\n" % len(body) + body) as far:
        assert expected == failed(a_destination(far.url), Refused).why


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut"])
def test_a_far_side_that_breaks_off_is_unavailable(said: bytes) -> None:
    with speaking(said) as far:
        assert failed(a_destination(far.url), Unavailable).status is None


def test_the_payloads_headers_are_sent_with_its_type() -> None:
    with speaking(NO_CONTENT) as far:
        delivered(a_destination(far.url), a_payload(traceparent="00-1-2-01"))
    head = far.heard[0].partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert {f"Content-Type: {STRUCTURED}", "traceparent: 00-1-2-01"} <= set(head)


def test_headers_of_the_configuration_are_added_or_replace_ours_in_any_case() -> None:
    with speaking(NO_CONTENT) as far:
        options = {"content-type": "application/json", "X-Team": "sales"}
        delivered(a_destination(far.url, headers=options), a_payload())
    head = far.heard[0].partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    assert [b"content-type: application/json"] == [line for line in head if line.startswith(b"content-type")]
    assert b"x-team: sales" in head


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "GET"])
def test_the_method_and_the_whole_url_are_kept(method: str) -> None:
    with speaking(NO_CONTENT) as far:
        delivered(a_destination(far.url, method=method), a_payload())
    assert f"{method} /events?token={SECRET} HTTP/1.1".encode() == far.heard[0].split(b"\r\n", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("options", "path", "why"),
    [
        ({}, "url", "is required"),
        ({"url": "ftp://example.org"}, "url", "must be an http or https URL with a host"),
        ({"url": "example.org/events"}, "url", "must be an http or https URL with a host"),
        ({"url": "https://"}, "url", "must be an http or https URL with a host"),
        ({"url": f"https://crm:{SECRET}@example.org/"}, "url", "credentials don't belong into a URL"),
        ({"url": "https://example.org/#part"}, "url", "has a fragment, or a # that is no tag"),
        ({"url": "https://example.org", "method": "TRACE"}, "method", "POST, PUT, PATCH"),
        ({"url": "https://example.org", "timeout": 30}, "timeout", "must be text with a unit"),
        ({"url": "https://example.org", "connect_timeout": "soon"}, "connect_timeout", "must be text with a unit"),
        ({"url": "https://example.org", "hostz": []}, "hostz", "no such setting"),
        ({"url": "https://example.org:99999/"}, "url", "has no port from 1 to 65535"),
        ({"url": "https://example.org", "timeout": "0s"}, "timeout", "must be more than nothing"),
        (
            {"url": "https://example.org", "headers": {"X": "a\nb"}},
            "headers.X",
            "has a character that no header can carry",
        ),
    ],
)
def test_options_that_cannot_be_used_name_their_path(options: dict[str, object], path: str, why: str) -> None:
    with pytest.raises(ConfigError) as error:
        checked(Options, options, "destinations.crm")
    assert f"destinations.crm.{path}" == error.value.path
    assert why in error.value.message
    assert SECRET not in str(error.value)

"""A call as it arrived: what of it is read, and what of it is stored."""

from __future__ import annotations

import pytest

from gateway.errors import TooLarge
from tests.builders import a_request


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        (" text/xml ;charset=utf-8", "text/xml"),
        ("", ""),
    ],
)
def test_the_content_type_is_the_media_type_alone(header: str, expected: str) -> None:
    assert expected == a_request(headers={"Content-Type": header}).content_type


def test_a_request_without_content_type_has_an_empty_one() -> None:
    assert not a_request().content_type


def test_the_body_is_empty_until_it_is_loaded() -> None:
    request = a_request(b"abc", loaded=False)
    before = request.body
    request.load(3)
    assert (b"", b"abc") == (before, request.body)


def test_a_body_over_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge):
        a_request(b"abc", loaded=False).load(2)


@pytest.mark.parametrize("name", ["Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key"])
def test_secrets_are_masked_before_anything_is_stored(name: str) -> None:
    request = a_request(headers={name: "hunter2", "X-Call": "1"})
    request.secrets |= {"x-api-key"}
    stored = request.stored_headers()
    assert {name.lower(): "••••", "x-call": "1", "content-length": "0"} == stored
    assert "hunter2" == request.headers[name.lower()]


def test_the_same_words_make_two_requests() -> None:
    assert a_request() != a_request()

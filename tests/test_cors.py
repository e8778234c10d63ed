"""Pages that call from a browser: those of the origins that the source names may, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.model.request import Answer
from gateway.receiver import Door
from gateway.store.store import Store
from tests.configured import ANYBODY, a_gateway, fixed, problems_of
from tests.test_receiver import an_environ

ORIGIN = "https://scripts.example.org"
SOURCES = f'{ANYBODY}origins = ["https://Scripts.example.org/", "http://localhost:3000"]\n' + ANYBODY.replace(
    "pbx", "closed"
)


@pytest.fixture
def door(tmp_path: Path, store_in_a_file: Store) -> Door:
    return Door(fixed(a_gateway(tmp_path, SOURCES)), store_in_a_file.inbox, "https://gateway.example.org")


def asked(door: Door, origin: str = ORIGIN, source: str = "pbx") -> Answer:
    """A browser's question before it calls."""
    return door.answer(
        an_environ(
            f"/in/{source}/call-ended",
            REQUEST_METHOD="OPTIONS",
            HTTP_ORIGIN=origin,
            HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
            HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization, content-type",
        )
    )


def called(door: Door, body: bytes, origin: str = ORIGIN) -> Answer:
    return door.answer(an_environ("/in/pbx/call-ended", body, HTTP_ORIGIN=origin))


def test_a_page_of_a_named_origin_may_call(door: Door) -> None:
    answer = asked(door)
    assert 204 == answer.status
    assert {
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "authorization, content-type",
        "Access-Control-Max-Age": "600",
        "Vary": "Origin",
    }.items() <= answer.headers.items()
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "https://scripts.example.org.evil.example", "null", ""])
def test_a_page_of_another_may_not(door: Door, origin: str) -> None:
    for answer in (asked(door, origin), called(door, b'{"call_id":"1"}', origin)):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Origin" == answer.headers["Vary"]


def test_where_no_origin_is_named_nothing_is_said_of_them(door: Door) -> None:
    assert {"Allow", "Gateway-Request-Id"} == asked(door, source="closed").headers.keys()


@pytest.mark.parametrize(("body", "status"), [(b'{"call_id":"1"}', 202), (b"{", 400)])
def test_the_page_can_read_the_answer_be_it_a_receipt_or_a_refusal(door: Door, body: bytes, status: int) -> None:
    answer = called(door, body)
    assert (status, ORIGIN) == (answer.status, answer.headers["Access-Control-Allow-Origin"])
    assert "Gateway-Event-Id" in answer.headers["Access-Control-Expose-Headers"]


def test_an_origin_that_is_none_is_a_mistake(tmp_path: Path) -> None:
    told = problems_of(tmp_path, ANYBODY + 'origins = ["*"]\n')
    assert [
        "sources.pbx.origins.0: must be a page's origin (each is named: 'https://app.example.org', without a path)"
    ] == told

"""Calls are played at their times: each one's posts in order, the calls side by side."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import aiohttp
import pytest

from gateway.simulator.answers import Answer
from gateway.simulator.calls import Call, Shape, calls
from gateway.simulator.playing import Endpoint, Tempo, play
from tests.running import Downstream, free_port

ENDLESS = 10.0**9
_NOON = datetime(2026, 3, 16, 16, 0, tzinfo=UTC)


def some(count: int, protocol: str = "form") -> list[Call]:
    return list(calls(Shape(count, protocol, apart=timedelta(seconds=1)), _NOON, 1))


def played(found: list[Call], url: str, tempo: Tempo) -> list[Answer]:
    heard: list[Answer] = []
    asyncio.run(play(found, Endpoint(url, {"Authorization": "Basic eA=="}), tempo, heard.append))
    return heard


@pytest.fixture
def listens(downstream: Downstream) -> Downstream:
    """It knows no OPTIONS, which is an answer too."""
    return downstream


def test_every_post_is_sent_once_with_its_credentials(listens: Downstream) -> None:
    found = some(8)
    heard = played(found, listens.url, Tempo(0, ENDLESS))
    expected = Counter(f"POST /events/{post.path}" for call in found for post in call.posts)
    assert expected == Counter(listens.called)
    assert {"Basic eA=="} == {headers["authorization"] for headers, _ in listens.arrived}
    assert expected.total() == len(heard)


def test_the_posts_of_a_call_come_in_their_order(listens: Downstream) -> None:
    found = some(5)
    heard = played(found, listens.url, Tempo(0, ENDLESS))
    for call in found:
        assert list(call.posts) == [answer.post for answer in heard if answer.call is call]


def test_time_is_compressed_and_calls_begin_apart(listens: Downstream) -> None:
    found = some(3)
    tempo = Tempo(0.2, max(post.at for call in found for post in call.posts) / 0.3)
    ends = max(number * tempo.apart + call.posts[-1].at / tempo.speed for number, call in enumerate(found))
    start = time.monotonic()
    played(found, listens.url, tempo)
    assert ends <= time.monotonic() - start < ends + 5


def test_a_query_is_sent_as_it_was_escaped(listens: Downstream) -> None:
    played(some(1, "query"), listens.url, Tempo(0, ENDLESS))
    assert all(
        path.startswith("GET /events/") and "call_start=2026-03-16+12%3A00%3A00" in path for path in listens.called
    )


def test_what_hangs_up_is_no_answer_and_the_rest_goes_on() -> None:
    hangs_up = Downstream(lambda count: (HTTPStatus.NO_CONTENT, {} if count > 2 else {"Content-Length": "x"}))
    try:
        heard = played(some(3), hangs_up.url, Tempo(0, ENDLESS))
    finally:
        hangs_up.close()
    states = Counter(answer.state for answer in heard)
    assert 2 == states["no answer"]
    assert len(heard) > 2


def test_where_nobody_listens_it_does_not_begin() -> None:
    with pytest.raises(aiohttp.ClientConnectorError):
        played(some(2), f"http://127.0.0.1:{free_port()}/in/x", Tempo(0, ENDLESS))

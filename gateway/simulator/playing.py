"""Plays calls against an endpoint: each call's posts one after another at their times, the calls side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from gateway.simulator.answers import Answer, answer_of, no_answer
from gateway.simulator.calls import Call
from gateway.simulator.posts import Post
from gateway.simulator.wire import written

_SECONDS = 30
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Whom to call, and as whom."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast it is played."""

    apart: float
    """Seconds from the start of a call to that of the next."""
    speed: float
    """Seconds of a call that pass in one of ours."""


async def play(calls: Iterable[Call], endpoint: Endpoint, tempo: Tempo, heard: Callable[[Answer], None]) -> None:
    """Play `calls`; `heard` gets each answer as it comes. Raises aiohttp.ClientConnectorError where nobody listens."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    room = asyncio.Semaphore(_AT_ONCE)  # ours, so that nobody's wait for it is taken for the gateway's
    async with aiohttp.ClientSession(timeout=timeout, connector=connector, headers=endpoint.headers) as session:
        async with session.options(endpoint.url):  # is never a call
            pass
        begin = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for number, call in enumerate(calls):
                player = _Player(session, room, endpoint, begin + number * tempo.apart, tempo.speed, heard)
                group.create_task(player.play(call))


@dataclass(frozen=True, slots=True)
class _Player:
    session: aiohttp.ClientSession
    room: asyncio.Semaphore
    endpoint: Endpoint
    begin: float
    speed: float
    heard: Callable[[Answer], None]

    async def play(self, call: Call) -> None:
        for post in call.posts:
            due = self.begin + post.at / self.speed
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            async with self.room:
                answer = await self._answered(call, post)
            self.heard(answer)

    async def _answered(self, call: Call, post: Post) -> Answer:
        sent = written(post, call.plan, self.endpoint.url, self.endpoint.parameters)
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            # The URL is as RingCX escapes it: aiohttp would write it anew.
            url = URL(sent.url, encoded=True)
            async with self.session.request(sent.method, url, headers=sent.headers, data=sent.body) as answer:
                text, event_id = await answer.text(), answer.headers.get("Gateway-Event-Id", "")
                return answer_of(call, post, loop.time() - start, answer.status, text, event_id)
        except (aiohttp.ClientError, TimeoutError) as error:
            return no_answer(call, post, loop.time() - start, error)

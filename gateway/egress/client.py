"""The HTTP client that everything outbound goes through: pools, permitted addresses, time limits, bounded answers."""

from __future__ import annotations

import asyncio
import math
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from yarl import URL

from gateway.egress.addresses import AddressPolicy, Forbidden, refusal_of_written
from gateway.egress.redirects import SAME_AGAIN, kept_headers, next_target
from gateway.egress.resolver import PermittedAddresses, Resolve, looked_up
from gateway.egress.response import MAX_ANSWER, Response, Stream, Unreachable, said
from gateway.egress.target import Target, parsed_target

__all__ = ["MAX_ANSWER", "Client", "Forbidden", "Response", "Stream", "Unreachable", "proxy_url"]

_NOT_OURS = ("Content-Type", "Accept-Encoding")
"""What aiohttp would add by itself: a type, where there is none, and a wish for an answer that we don't inflate."""
_MOMENT = 0.01
"""Seconds that the limit of the whole gives the limit of a phase to say which it was."""


@dataclass(slots=True)
class _Sending:
    """One request on its way, over all its redirects."""

    method: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float
    deadline: float
    connect_timeout: float
    redirects: int
    follows: frozenset[int]
    secret_headers: frozenset[str]
    phase: str = "no answer"


class Client:
    """Connections that are kept and used again. Open it inside the event loop that uses it.

    `policy` says where it may send to; without one, every URL that isn't from data is the operator's own, and no other
    host is reached. `tls` comes from `egress.tls`; without it the system's certificates are trusted. Our certificate in
    it is shown to every host that asks, after a redirect too: it proves who calls, and is of no use to who sees it
    (RFC 8446 §4.4.3).

    Through a `proxy` (its URL, credentials included: `proxy_url`) the target's host is judged as it is written: names
    by `hosts`, addresses as ever. Which address a name has is then the proxy's to find out and to judge: https goes
    through CONNECT (RFC 9110 §9.3.6), http in absolute form (RFC 9112 §3.2.2), both by name. The proxy itself is the
    operator's choice. The environment's proxies are not asked for.

    `resolve` gives the addresses of a name, in place of the system.
    """

    def __init__(
        self,
        *,
        policy: AddressPolicy | None = None,
        tls: ssl.SSLContext | None = None,
        proxy: str | None = None,
        resolve: Resolve = looked_up,
    ) -> None:
        self._policy = policy
        self._tls: ssl.SSLContext | bool = tls or True
        self._proxy = proxy_url(proxy) if proxy else None
        self._resolve = resolve
        # A pool for each judgement: neither a connection nor a cached name of the one is used by the other.
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        timeout: timedelta,  # noqa: ASYNC109 - one for all hops
        connect_timeout: timedelta,
        url_from_data: bool = False,
        redirects: int = 0,
        secret_headers: frozenset[str] = frozenset(),
    ) -> Response:
        """Send to `url`, which is encoded already, and read at most `MAX_ANSWER` of the answer.

        At most so many `redirects` that keep method and body are followed; each leads to a host that comes from data,
        unless host and port are the written ones, and `secret_headers` don't go along to another origin. `timeout` is
        for all of it, `connect_timeout` for each name, connection and TLS. Raises Unreachable, Forbidden.
        """
        async with self.stream(
            method, url, headers=headers, body=body, timeout=timeout, connect_timeout=connect_timeout,
            url_from_data=url_from_data, redirects=redirects, secret_headers=secret_headers,
        ) as answer:  # fmt: skip
            return await answer.bounded()

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        timeout: timedelta,  # noqa: ASYNC109 - one for all hops, and for what is read within
        connect_timeout: timedelta,
        url_from_data: bool = False,
        redirects: int = 0,
        follows: frozenset[int] = SAME_AGAIN,
        secret_headers: frozenset[str] = frozenset(),
    ) -> AsyncIterator[Stream]:
        """As `send`, with an answer that is still to be read, within `timeout` too; redirects are those of `follows`.

        Raises Unreachable, Forbidden; what is raised within is not touched.
        """
        seconds = timeout.total_seconds()
        deadline = asyncio.get_running_loop().time() + seconds
        connecting = connect_timeout.total_seconds()
        sending = _Sending(
            method, headers, body, seconds, deadline, connecting, redirects, follows, secret_headers
        )  # fmt: skip
        try:
            async with asyncio.timeout_at(deadline + _MOMENT) as limit:
                answer = await self._followed(sending, _target(url), url_from_data=url_from_data)
                sending.phase = "no whole answer"
                try:
                    yield answer
                finally:
                    await answer.end()
        except TimeoutError:
            if not limit.expired():
                raise
            raise Unreachable(f"{sending.phase} within {seconds:g} s") from None

    async def close(self) -> None:
        """Close the pools."""
        for session in self._sessions.values():
            await session.close()

    async def _followed(self, sending: _Sending, target: Target, *, url_from_data: bool) -> Stream:
        is_first_written = not url_from_data and (self._policy is None or self._policy.written == target.host)
        written = (target.host, target.port) if is_first_written else None
        for _ in range(sending.redirects + 1):
            is_written = written == (target.host, target.port)
            if not is_written:
                self._policy_for_data.check(target)
            answer = await self._answered(sending, target, is_written=is_written)
            try:
                there = self._next(sending, target, answer)
            except Forbidden:
                await answer.end()
                raise
            if there is None:
                return answer
            await self._passed(sending, answer)
            sending.headers = kept_headers(sending.headers, target, there, sending.secret_headers)
            target = there
        raise Forbidden(f"more than {sending.redirects} redirects, the last to {target.host}:{target.port}")

    def _next(self, sending: _Sending, target: Target, answer: Stream) -> Target | None:
        return next_target(target, answer.status, answer.headers, sending.follows) if sending.redirects else None

    async def _passed(self, sending: _Sending, answer: Stream) -> None:
        """What a redirect says beside is read, so that its connection can be used again."""
        sending.phase = "no whole answer"
        try:
            await answer.bounded()
        finally:
            await answer.end()
        sending.phase = "no answer"

    async def _answered(self, sending: _Sending, target: Target, *, is_written: bool) -> Stream:
        """One request, and its answer's head."""
        remaining = max(_MOMENT, sending.deadline - asyncio.get_running_loop().time())
        connecting = min(sending.connect_timeout, remaining)
        # Without that ceiling aiohttp rounds limits of more than five seconds up.
        limits = aiohttp.ClientTimeout(total=None, connect=connecting, ceil_threshold=math.inf)
        try:
            return Stream(await self._session(is_written=is_written).request(
                sending.method, target.url, headers=sending.headers, data=sending.body or None, timeout=limits,
                allow_redirects=False, proxy=self._proxy, skip_auto_headers=_NOT_OURS,
            ))  # fmt: skip
        except aiohttp.ServerTimeoutError:
            within = sending.timeout if remaining < sending.connect_timeout else connecting
            raise Unreachable(f"no connection within {within:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(said(error)) from error

    @property
    def _policy_for_data(self) -> AddressPolicy:
        return self._policy or AddressPolicy(None)

    def _session(self, *, is_written: bool) -> aiohttp.ClientSession:
        session = self._sessions.get(is_written)
        if session is None:
            # With a proxy, only its own name is resolved here.
            is_chosen = is_written or self._proxy is not None
            refusal = refusal_of_written if is_chosen else self._policy_for_data.refusal_of_data
            connector = aiohttp.TCPConnector(
                limit=0, limit_per_host=0, ttl_dns_cache=30, keepalive_timeout=30, ssl=self._tls,
                resolver=PermittedAddresses(refusal, self._resolve),
            )  # fmt: skip
            session = self._sessions[is_written] = aiohttp.ClientSession(
                connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        return session


def proxy_url(text: str) -> URL:
    """The URL of a proxy, perhaps with credentials: `http://user:secret@proxy.example.org:3128`. Raises ValueError."""
    scheme, separator, rest = text.partition("://")
    credentials, at, host = rest.rpartition("@")
    target = parsed_target(f"{scheme}{separator}{host}")
    if target.rest != "/" or re.search(r"[/?#\\\[\]\s]", credentials):
        raise ValueError("must be the URL of a proxy: a host without a path; credentials are percent-encoded")
    encoded = str(target.url)
    return URL(encoded.replace("://", f"://{credentials}{at}", 1), encoded=True)


def _target(url: str) -> Target:
    try:
        return parsed_target(url)
    except ValueError as error:
        raise Forbidden(f"the URL {error}") from None

"""One download of one recording: streamed to disk in pieces, gone on with where an earlier one broke off."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from typing import ParamSpec, TypeVar

from gateway.egress.answers import Answers, retry_after
from gateway.egress.client import Client, Forbidden, Stream, Unreachable
from gateway.egress.redirects import OF_A_GET
from gateway.errors import NotYet, Refused, Unavailable
from gateway.recordings.link import Link
from gateway.recordings.mp3 import is_mp3
from gateway.recordings.partial import Kept, Partial

_PIECE = 128 * 1024
"""Bytes that are gathered before a thread writes them: a hundred downloads at once hold a hundred of these."""
_ENOUGH = 12
"""Bytes by which audio is known."""
_LOOKED_AT = 512
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)")
_PAGES = ("text/html", "application/xhtml")
_BLANK = b"\xef\xbb\xbf \t\r\n"
_OK, _PARTIAL, _NOT_THERE = 200, 206, 416
_NOT_YET = (404, 409, 425)
"""What links are answered before there is a recording."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one download may take."""

    largest: int
    timeout: timedelta
    connect_timeout: timedelta
    redirects: int


class Fetching:
    """Fetches by `client` into `part`; what blocks runs in `pool`."""

    def __init__(self, client: Client, part: Partial, pool: Executor, answers: Answers, limits: Limits) -> None:
        self.heard = ""
        """The head of the answer, for people."""
        self._client = client
        self._part = part
        self._pool = pool
        self._answers = answers
        self._limits = limits
        self._expected: int | None = None
        """Bytes that it has in all, where that is known."""
        self._validator = ""
        self._waiting: list[bytes] = []
        """What came and is not written yet, as it came: it is put together in the thread that writes it."""
        self._held = 0
        """Bytes of that."""
        self._is_begun = False

    async def fetch(self, link: Link) -> int:
        """Bring all of it into the part; the answer's status. Raises Unavailable, Refused; Full, OSError."""
        kept = await self._run(self._part.kept)
        headers = dict(link.headers)
        if kept is not None:
            headers |= {"Range": f"bytes={kept.size}-", "If-Range": kept.validator}
        try:
            async with self._client.stream(
                "GET", link.sent, headers=headers, timeout=self._limits.timeout,
                connect_timeout=self._limits.connect_timeout, url_from_data=link.is_from_data,
                redirects=self._limits.redirects, follows=OF_A_GET,
                secret_headers=frozenset(name for name, _ in link.credentials.headers),
            ) as answer:  # fmt: skip
                self.heard = f"HTTP {answer.status}\n" + "\n".join(f"{n}: {v}" for n, v in answer.headers.items())
                await self._receive(answer, await self._judge(answer, kept))
                return answer.status
        except Forbidden as error:
            raise Refused(f"it may not be fetched from there: {error}") from error
        except Unreachable as error:
            raise await self._broken_off(str(error)) from error

    async def _judge(self, answer: Stream, kept: Kept | None) -> int:
        """At which byte the answer goes on. Raises Unavailable or Refused where it brings no recording."""
        start, expected = 0, _number(answer.headers.get("Content-Length", ""))
        if answer.status == _PARTIAL and kept is not None:
            found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
            if found is None or int(found[1]) != kept.size:
                await self._run(self._part.begin, 0, 0)
                raise Unavailable(
                    "HTTP 206 with another part than was asked for: begun anew next time", status=_PARTIAL
                )
            start, expected = kept.size, _number(found[2])
        elif answer.status == _NOT_THERE and kept is not None:
            await self._run(self._part.begin, 0, 0)
            raise Unavailable("HTTP 416: what is there has changed: begun anew next time", status=_NOT_THERE)
        elif answer.status != _OK:
            raise await self._judged(answer)
        self._check_size(expected or 0)
        self._expected = expected
        tag = answer.headers.get("ETag", kept.validator if start and kept else "")
        self._validator = "" if tag.startswith("W/") else tag  # RFC 9110 §13.1.5: a weak one says nothing of bytes
        return start

    async def _judged(self, answer: Stream) -> Unavailable | Refused:
        failure = self._answers.failure(await answer.bounded(), None)
        if failure is None:
            later = retry_after(answer.headers)
            why = f"HTTP {answer.status}: the recording is not there yet"
            return NotYet(why, status=answer.status, retry_after=later)
        assert isinstance(failure, Unavailable | Refused)
        if isinstance(failure, Unavailable) and answer.status in _NOT_YET:
            return NotYet(failure.why, status=failure.status, retry_after=failure.retry_after)
        return failure

    async def _receive(self, answer: Stream, start: int) -> None:
        while piece := await answer.read():
            self._waiting.append(piece)
            self._held += len(piece)
            if not self._is_begun and (start or self._held >= _ENOUGH):
                await self._begin(answer, start)
            self._check_size((self._part.size if self._is_begun else start) + self._held)
            if self._is_begun and self._held >= _PIECE:
                await self._write()
        if not self._is_begun:
            await self._begin(answer, start)
        await self._write()
        self._part.is_whole = True

    async def _begin(self, answer: Stream, start: int) -> None:
        """Make the part ready, once it is known that this is audio: what an earlier attempt left is given up for it."""
        if not start:
            _check(b"".join(self._waiting)[:_LOOKED_AT], answer)
        await self._run(self._part.begin, start, max(0, (self._expected or 0) - start), self._validator)
        self._is_begun = True

    async def _write(self) -> None:
        pieces, self._waiting, self._held = self._waiting, [], 0
        await self._run(self._part.write, pieces)

    async def _broken_off(self, why: str) -> Unavailable:
        """What came is kept by the part, where the rest can be asked for."""
        if not self._is_begun:
            return Unavailable(why)
        await self._write()
        came = f"{self._part.size} of {self._expected or 'more'} bytes came"
        next_time = (
            "the next attempt goes on from there" if self._part.validator else "without an ETag it is begun anew"
        )
        return Unavailable(f"{why}: {came}; {next_time}")

    def _check_size(self, size: int) -> None:
        if size > self._limits.largest:
            raise Refused(f"it has {size} bytes or more; `largest` is {self._limits.largest}")

    async def _run(self, function: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: function(*args, **kwargs))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None  # noqa: PLR2004 - 64 bits


def _check(start: bytes, answer: Stream) -> None:
    """Raises Unavailable where it may become audio later, Refused where it is something else."""
    if is_wav(start) or is_mp3(start):
        return
    said = f"HTTP {answer.status}"
    if not start:
        raise NotYet(f"{said} with an empty body: the recording is not there yet", status=answer.status)
    content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()[:100]
    if content_type.startswith(_PAGES) or start.lstrip(_BLANK).startswith(b"<"):
        why = f"{said} with a web page, not audio: is it a log-in page? It is asked for as `authenticate` says"
        raise Unavailable(why, status=answer.status)
    raise Refused(
        f"it is neither WAV nor MP3, but {content_type or 'of no type'}, and begins with {start[:_ENOUGH]!r}",
        status=answer.status,
    )


def is_wav(beginning: bytes) -> bool:
    """Whether a file that begins so is one, or may become one."""
    return beginning[:4] in (b"RIFF", b"RIFX") and b"WAVE".startswith(beginning[8:12])

"""`kind = "recording"`: fetch the recording that an event links, and keep it."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Annotated, Any, Literal, ParamSpec, Self, TypeVar

from pydantic import AfterValidator, Field, model_validator

from gateway.egress.answers import Answers
from gateway.egress.client import Client
from gateway.egress.connecting import Connecting, UrlWithTags
from gateway.egress.credentials import NONE, Authenticate
from gateway.errors import DeliveryError, NotYet, Refused, Unavailable
from gateway.model.delivery import Exchange, Made, Reply
from gateway.model.file_name import FileName, safe_part
from gateway.model.payload import Payload
from gateway.model.shape import Shape
from gateway.model.template import Tag
from gateway.model.url import Url
from gateway.recordings.fetching import Fetching, Limits
from gateway.recordings.keeping import Facts, Keeping
from gateway.recordings.link import Link, Linking
from gateway.recordings.partial import Busy, Full, Partial
from gateway.recordings.sound import NoSound, Unfinished
from gateway.recordings.splitting import SIDES
from gateway.storage import StorageOf
from gateway.telemetry.logs import log
from gateway.values import Flag, PositiveDuration, Size, Unusable, zone_named

STORED = "recording.stored"
"""The type of the event that says a recording is kept."""
_IDENTITY = ("call_id", "segment")
"""Fields that it has of the one that linked it, where nothing else is said."""
_THREADS = 4
_SWEPT = 3600.0
"""Seconds from one look for what is old to the next."""
_PARTS_KEPT = timedelta(days=7)
"""How long a part that nobody goes on with stays: a person may want to look into it."""
_BUSY = 5.0
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _file_name(text: str) -> str:
    try:
        FileName.of(text, zone_named)
    except ValueError as error:
        raise Unusable(str(error), "such as '#call_id#-#segment?#.wav'; a / makes folders") from None
    return text


def _side(text: str) -> str:
    if not text or safe_part(text) != text or len(text) > 20:  # noqa: PLR2004 - it is put behind another name
        raise Unusable("must be part of a name of a file, of at most 20 characters", "such as 'agent'")
    return text


def _fields(table: dict[str, Any]) -> dict[str, Any]:
    Shape.of(table, zone_named)
    return table


Side = Annotated[str, AfterValidator(_side)]


class Options(Connecting):
    """The keys of its kind."""

    url: UrlWithTags
    """Where the recording is, such as `#recording_url?#`: without one there is nothing to fetch, and that is fine."""
    name: Annotated[str, AfterValidator(_file_name)]
    """What it is called in its storage, such as `#call_id#-#segment?#.wav`; its own `/` make folders, no value does."""
    storage: StorageOf
    """Where it is kept, such as `{ kind = "folder", path = "recordings" }`."""
    authenticate: Authenticate | None = None
    """How we prove who we are: basic, bearer or api_key; over http only to `hosts` with a port or an address."""
    channels: Literal["keep", "split"] = "keep"
    """`split` makes of a recording with two channels a file for each of `sides` beside it."""
    sides: tuple[Side, ...] = ("agent", "customer")
    """What the first channel is called, and the second."""
    largest: Size = 500 * 2**20
    """What is larger is refused."""
    keep: PositiveDuration | None = None
    """What has been stored for longer is deleted; the events that say so are not."""
    fields: Annotated[dict[str, Any], AfterValidator(_fields)] | None = None
    """What `recording.stored` has of the event beside what the file is; by default its `call_id` and `segment`."""
    redirects: Annotated[int, Field(strict=True, ge=0, le=10)] = 3
    """How many are followed, to `hosts` or the same host."""
    answers: Answers = Answers()
    """What answers mean, beside the rule: 200 is stored; 202 401 403 404 408 409 425 429 and 5xx again; else never."""
    timeout: PositiveDuration = timedelta(seconds=30)
    connect_timeout: PositiveDuration = timedelta(seconds=5)
    """Of connecting alone."""
    debug: Flag = False

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        self.check_hosts(self.url)
        if len(self.sides) != SIDES or len(set(self.sides)) != SIDES:
            raise Unusable("must name two sides, each otherwise", "such as ['agent', 'customer']", key="sides")
        return self


class Destination:
    """Recordings of one sender, in one storage."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self.storage = options.storage
        self.keep = options.keep
        self._options = options
        self._name = FileName.of(options.name, zone_named)
        self._fields = Shape.of(options.fields, zone_named) if options.fields is not None else None
        credentials = options.authenticate.made() if options.authenticate else NONE
        self._linking = Linking(Url.of(options.url, zone_of=zone_named), credentials, options.hosts)
        self._keeping = Keeping(options.storage, options.sides if options.channels == "split" else ())
        self._limits = Limits(options.largest, options.timeout, options.connect_timeout, options.redirects)
        self._client: Client | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._pool: ThreadPoolExecutor | None = None

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag that it fills."""
        return self._linking.url.tags + self._name.tags + (self._fields.tags if self._fields else ())

    async def open(self) -> None:
        """Open a pool of connections and one of threads, and look for what is old from now on."""
        if self._client is None:
            self._client = self._options.client(self._linking.url.written_host)
            self._pool = ThreadPoolExecutor(_THREADS, f"recording-{self.name}")
            self._sweeping = asyncio.create_task(self._sweep())

    async def deliver(self, payload: Payload) -> Reply:
        """Fetch it and keep it, unless the event links none. Raises Unavailable, Refused."""
        link = self._linking.link_of(payload)
        if link is None:
            return Reply(note="the event links no recording: nothing was fetched")
        path = self._name.rendered(payload.scope)
        try:
            return await self._stored(link, path, payload)
        except Busy as busy:
            raise Unavailable(str(busy), retry_after=_BUSY) from busy
        except Unfinished as unfinished:
            raise NotYet(f"the recording is not complete: {unfinished}") from unfinished
        except NoSound as other:
            raise Refused(str(other)) from other
        except Full as full:
            raise Unavailable(f"the disk is full: {full}, beside what `keep_free` keeps") from full
        except OSError as error:
            why = "the disk is full" if error.errno in _NO_ROOM else "it can't be stored"
            raise Unavailable(f"{why}: {error.strerror or error}") from error

    def preview(self, payload: Payload) -> str:
        """The request for it, secrets masked, and what it would be called. Raises Refused."""
        link = self._linking.link_of(payload)
        return f"{link.as_request()}# kept as {self._name.rendered(payload.scope)}" if link else "# it links none"

    async def close(self) -> None:
        """Close the pools; what a thread is at, it ends."""
        if self._client is not None and self._sweeping is not None and self._pool is not None:
            client, self._client = self._client, None
            self._sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeping
            await client.close()
            self._pool.shutdown(wait=False)

    def __repr__(self) -> str:
        """Its name only."""
        return f"recording({self.name})"

    async def _stored(self, link: Link, path: str, payload: Payload) -> Reply:
        """Raises, beside Unavailable and Refused, what the disk and the audio's readers say."""
        assert self._client is not None
        assert self._pool is not None
        async with self._part(link, payload.headers["webhook-id"]) as part:
            fetching = Fetching(self._client, part, self._pool, self._options.answers, self._limits)
            try:
                status = await fetching.fetch(link)
                facts = await self._run(self._keeping.keep, part, path)
            except (Full, NoSound):
                await self._run(part.drop)
                raise
            except DeliveryError as error:
                error.exchange = self._exchange(link, fetching)
                if isinstance(error, Refused):
                    await self._run(part.drop)
                raise
        return Reply(status, self._exchange(link, fetching), (self._made(link, facts, payload),))

    @asynccontextmanager
    async def _part(self, link: Link, webhook_id: str) -> AsyncIterator[Partial]:
        """What the recording is received into, held."""
        assert self._pool is not None
        key = f"{self.name}.{webhook_id}"
        part = await self._run(lambda: Partial(self.storage.part(key), link.url, self.storage.room))
        try:
            yield part
        except asyncio.CancelledError:
            self._pool.submit(part.close)  # behind what a thread is at: a disk that hangs must not hold us
            raise
        except BaseException:
            await self._run(part.close)
            raise
        await self._run(part.close)

    def _made(self, link: Link, facts: Facts, payload: Payload) -> Made:
        scope, event = payload.scope, payload.event
        if self._fields is not None:
            identity: Any = self._fields.rendered(scope)
        else:
            identity = {name: scope.data[name] for name in _IDENTITY if scope.data.get(name) is not None}
        return Made(STORED, event.subject, {**identity, "url": link.shown, **facts, "event": event.id})

    def _exchange(self, link: Link, fetching: Fetching) -> Exchange | None:
        return Exchange(link.as_request(), fetching.heard) if self._options.debug else None

    async def _sweep(self) -> None:
        """Delete what is old, now and every hour; where that fails, the next hour may be better."""
        while True:
            now = time.time()
            stored_before = now - self.keep.total_seconds() if self.keep else None
            parts_before = now - _PARTS_KEPT.total_seconds()
            try:
                deleted = await self._run(self.storage.sweep, stored_before, parts_before, lambda: bool(self._client))
                if deleted:
                    log.info("recordings.deleted", destination=self.name, files=deleted)
            except OSError as error:
                log.warning("recordings.sweep_failed", destination=self.name, error=str(error))
            await asyncio.sleep(_SWEPT)

    async def _run(self, function: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        assert self._pool is not None
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: function(*args, **kwargs))

"""`kind = "http"`: send the event to a URL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from gateway.egress.client import Client, Forbidden, Response, Unreachable
from gateway.egress.connecting import Connecting
from gateway.egress.credentials import NONE, Authenticate
from gateway.egress.outgoing import Outgoing, Sending, shown_body
from gateway.egress.target import parsed_target
from gateway.errors import DeliveryError, Refused, Unavailable
from gateway.model.body import Body, Format
from gateway.model.delivery import Exchange, Reply
from gateway.model.payload import Payload
from gateway.model.shape import Shape
from gateway.model.signature import key_of
from gateway.model.template import Tag, Template
from gateway.model.url import Url
from gateway.toml import Table
from gateway.values import Flag, HeaderName, PositiveDuration, Secret, Secrets, Unusable, zone_named

_AGAIN = frozenset({401, 403, 404, 408, 409, 425, 429})
"""Client errors that a deploy or a changed key can cure; every 5xx is tried again too."""
_GONE = 410
_LONGEST_QUOTE = 300
_PRINTABLE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_STATUS = re.compile(r"[3-5](\d\d|xx)")


def _url(text: str) -> str:
    try:
        url = Url.of(text, zone_of=zone_named)
        if not url.is_from_data:
            parsed_target(f"{url.scheme}://{''.join(map(str, url.host.parts))}{url.port}/")
    except ValueError as error:
        raise Unusable(
            str(error), "such as 'https://crm.example.org/calls'; a password goes into authenticate"
        ) from None
    return text


def _header(text: str) -> str:
    if not _PRINTABLE.fullmatch(text):
        raise Unusable("has a character that no header can carry", "one line of printable text, Latin-1 at most")
    Template.of(text, zone_named)
    return text


def _query(table: dict[str, Any]) -> dict[str, Any]:
    Shape.of(table, zone_named)
    return table


def _key(secret: Secret) -> Secret:
    key_of(secret.reveal())
    return secret


def _status(text: str) -> str:
    if not _STATUS.fullmatch(text):
        raise Unusable("must be a status such as 404, or all of a hundred such as '5xx'", "from 300 to 599")
    return text


def _as_text(statuses: object) -> object:
    return [str(one) for one in statuses] if isinstance(statuses, list | tuple) else statuses


HeaderValue = Annotated[str, AfterValidator(_header)]
Statuses = Annotated[tuple[Annotated[str, AfterValidator(_status)], ...], BeforeValidator(_as_text)]
"""Such as `[404, "5xx"]`."""


class Answers(Table):
    """What answers mean beside the rule; the code itself counts before its hundred."""

    again: Statuses = ()
    """A later try may help."""
    never: Statuses = ()
    """It won't: a dead letter at once."""


class Options(Connecting):
    """The keys of its kind."""

    url: Annotated[str, AfterValidator(_url)]
    """Where it is sent, such as `https://crm.example.org/calls/#call_id#`; tags may stand in host (with `hosts`), path
    and query."""
    method: Literal["POST", "PUT", "PATCH", "DELETE", "GET"] = "POST"
    """How it is sent."""
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    """More headers, or others in place of ours; values may have tags."""
    query: Annotated[dict[str, Any], AfterValidator(_query)] = Field(default_factory=dict)
    """Parameters of the URL; values may have tags."""
    format: Format | None = None
    """How the body is written; by default a CloudEvent, or a route's fields as JSON."""
    body: str | dict[str, Any] | list[Any] | None = Field(default=None, validate_default=True)
    """What the body says, with tags: text of its format, or a table."""
    authenticate: Authenticate | None = None
    """How we prove who we are: basic, bearer or api_key."""
    secret: Annotated[Secrets, AfterValidator(lambda secrets: tuple(map(_key, secrets)))] | None = None
    """Of Standard Webhooks' signature; a list while one is changed: each signs."""
    answers: Answers = Answers()
    """What answers mean, beside the rule: 2xx delivered; 401 403 404 408 409 425 429 and 5xx again; else never."""
    timeout: PositiveDuration = timedelta(seconds=30)
    connect_timeout: PositiveDuration = timedelta(seconds=5)
    """Of connecting alone."""
    debug: Flag = False

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if not self.hosts and Url.of(self.url, zone_of=zone_named).is_from_data:
            raise Unusable("has a tag in its host", "say where events may lead: hosts = ['*.example.org']", key="url")
        return self

    @field_validator("body")
    @classmethod
    def _compiles(cls, body: object, info: ValidationInfo) -> object:
        if "format" in info.data:
            Body.of(info.data["format"], body, zone_named)
        return body

    def sending(self) -> Sending:
        """What is sent."""
        return Sending(
            method=self.method,
            url=Url.of(self.url, self.query, zone_named),
            headers={name: Template.of(text, zone_named) for name, text in self.headers.items()},
            body=Body.of(self.format, self.body, zone_named),
            credentials=self.authenticate.made() if self.authenticate else NONE,
            keys=tuple(key_of(one.reveal()) for one in self.secret or ()),
        )


class Destination:
    """One URL, or one for each event."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self._options = options
        self._sending = options.sending()
        self._client: Client | None = None

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag that it fills."""
        return self._sending.tags

    @property
    def needs_original(self) -> bool:
        """Whether it sends the call that brought the event."""
        return self._sending.body.needs_original

    async def open(self) -> None:
        """Open a pool of connections."""
        if self._client is None:
            self._client = self._options.client(self._sending.url.written_host)

    async def deliver(self, payload: Payload) -> Reply:
        """Send `payload`; the answer's status says what becomes of it. Raises Unavailable, Refused."""
        assert self._client is not None, "it is opened first"
        outgoing = self._sending.outgoing(payload)
        try:
            response = await self._client.send(
                outgoing.method,
                outgoing.url,
                headers=outgoing.headers,
                body=outgoing.body,
                timeout=self._options.timeout,
                connect_timeout=self._options.connect_timeout,
                url_from_data=outgoing.is_from_data,
                redirects=self._options.redirects,
                secret_headers=frozenset(name for name, _ in outgoing.credentials.headers),
            )
        except Forbidden as error:
            raise Refused(f"it may not be sent there: {error}", exchange=self._exchange(outgoing)) from error
        except Unreachable as error:
            raise Unavailable(str(error), exchange=self._exchange(outgoing)) from error
        exchange = self._exchange(outgoing, response)
        failure = _judged(response, self._options.answers, exchange)
        if failure is not None:
            raise failure
        return Reply(response.status, exchange)

    def preview(self, payload: Payload) -> str:
        """The request that would bring `payload`, secrets masked. Raises Refused."""
        return self._sending.outgoing(payload).shown()

    async def close(self) -> None:
        """Close the pool."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def __repr__(self) -> str:
        """Its name only: an URL may say more than a log should."""
        return f"http({self.name})"

    def _exchange(self, outgoing: Outgoing, response: Response | None = None) -> Exchange | None:
        if not self._options.debug:
            return None
        return Exchange(outgoing.shown(), _shown(response) if response is not None else "")


def _shown(response: Response) -> str:
    lines = [f"HTTP {response.status}", *(f"{name}: {value}" for name, value in response.headers.items())]
    return "\n".join([*lines, "", shown_body(response.body)])


def _judged(response: Response, answers: Answers, exchange: Exchange | None) -> DeliveryError | None:
    """2xx is delivered; what may pass is tried again; the rest is refused."""
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110 §15.3
        return None
    said = response.body[:_LONGEST_QUOTE].decode("utf-8", "replace").strip()
    why = f"HTTP {status}" + (f": {said}" if said else "")
    if _is_for_again(status, answers):
        after = _retry_after(response.headers)
        return Unavailable(why, status=status, retry_after=after, exchange=exchange)
    return Refused(why, status=status, pauses=status == _GONE, exchange=exchange)


def _is_for_again(status: int, answers: Answers) -> bool:
    for known in (str(status), f"{status // 100}xx"):
        if known in answers.never:
            return False
        if known in answers.again:
            return True
    return status >= 500 or status in _AGAIN  # noqa: PLR2004 - RFC 9110 §15.6


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds (RFC 9110 §10.2.3), given as such or as a date."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None

"""`kind = "http"`: send the event to a URL."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from gateway.egress.answers import Answers
from gateway.egress.client import Client, Forbidden, Response, Unreachable
from gateway.egress.connecting import Connecting, UrlWithTags
from gateway.egress.credentials import NONE, Authenticate
from gateway.egress.outgoing import Outgoing, Sending, shown_body
from gateway.errors import Refused, Unavailable
from gateway.model.body import Body, Format
from gateway.model.delivery import Exchange, Reply
from gateway.model.payload import Payload
from gateway.model.replacing import Replacements, path_of
from gateway.model.shape import Shape
from gateway.model.signature import key_of
from gateway.model.template import Tag, Template
from gateway.model.url import Url
from gateway.soap.call_settings import CallSettings
from gateway.soap.fault_reading import fault_in
from gateway.values import Flag, HeaderName, PositiveDuration, Secret, Secrets, Unusable, zone_named

_PRINTABLE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


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


def _field(name: str) -> str:
    try:
        path_of(name)
    except ValueError as error:
        raise Unusable(str(error), "such as disposition, or of a field in another 'customer.name'") from None
    return name


def _replacement(value: object) -> object:
    if not isinstance(value, str | bool | int | float):
        raise Unusable("must be text, a number, true or false", "a name with a dot stands in quotes: 'customer.name'")
    return value


HeaderValue = Annotated[str, AfterValidator(_header)]
Swap = dict[str, Annotated[Any, AfterValidator(_replacement)]]
"""A value to its replacement."""


class Options(CallSettings, Connecting):
    """The keys of its kind."""

    url: UrlWithTags
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
    replace: dict[Annotated[str, AfterValidator(_field)], Swap] = Field(default_factory=dict)
    """By field: a value to what is sent in its place, `"*"` to that of all others, such as
    `{ disposition = { Resolved = "R1" } }`."""
    send_all: Flag = False
    """Whether all else that the event has is sent beside what `body` or `inputs` say."""
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
        self.check_hosts(self.url)
        if self.send_all and not self.is_soap:
            try:
                self._body()
            except ValueError as error:
                raise Unusable(str(error), key="send_all") from None
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
            body=self.call(sends_all=self.send_all) if self.is_soap else self._body(),
            credentials=self.authenticate.made() if self.authenticate else NONE,
            keys=tuple(key_of(one.reveal()) for one in self.secret or ()),
            replacements=Replacements.of(self.replace),
            about=self.about,
        )

    def _body(self) -> Body:
        body = Body.of(self.format, self.body, zone_named)
        return body.with_rest(self.query) if self.send_all else body


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
    def replaced(self) -> tuple[Tag, ...]:
        """What it has replacements for, as tags that name it."""
        return self._sending.replacements.tags

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
        fault = fault_in(response.headers, response.body) if self._options.is_soap else None
        failure = self._options.answers.failure(response, exchange, fault)
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

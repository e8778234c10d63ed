"""[sources.<name>]: who may call, and how they are understood."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Discriminator, Field, Tag, field_validator

from gateway.model.field_reading import Reading
from gateway.model.idempotency import DIGEST, HEADER, OnReuse
from gateway.model.template import Template
from gateway.toml import Kind, Table
from gateway.values import PositiveDuration, RatePerTime, Size, TimeZone

Kinds = Annotated[
    Annotated[Kind, Tag("(table)")] | Annotated[tuple[Kind, ...], Tag("(list)"), Field(min_length=1)],
    Discriminator(lambda value: "(list)" if isinstance(value, list | tuple) else "(table)"),
]
"""One table, or a list of them."""


class IdempotencySettings(Table):
    """How repeats are told. Without a key of its own: by a CloudEvent's id, else the Idempotency-Key header."""

    key: str = ""
    """`header:NAME`, a template of the data such as `#call_id#`, or `digest`: equal data is the same event."""
    window: PositiveDuration = timedelta(hours=24)
    """How long a key is remembered."""
    on_reuse: OnReuse = OnReuse.REFUSE
    """What other data under a known key is: refused, a `duplicate` all the same, or a `new` event."""

    @field_validator("key")
    @classmethod
    def _means_something(cls, key: str) -> str:
        if key and key != DIGEST and not key.startswith(HEADER) and not Template.of(key).names:
            raise ValueError("must be 'header:NAME', 'digest', or have a tag such as '#call_id#'")
        return key


class SourceSettings(Table):
    """[sources.<name>]: who may call, and how they are understood."""

    contract: str
    """The contract.toml of the events it may send."""
    authenticate: Kinds
    """How it proves who it is: a table, or a list of tables any of which will do. Nobody is let in by omission."""
    reading: Reading | None = None
    """How strictly text is taken; by default lenient over HTTP, strict over SOAP."""
    event_from: str | None = None
    """The parameter or field that names the event, where the path does not."""
    time_zone: TimeZone = ZoneInfo("UTC")
    """Of times that are sent without an offset."""
    accepted_status: Annotated[int, Field(strict=True, ge=200, le=203)] = 202
    """What HTTP callers get for an accepted call."""
    max_body: Size = 4 * 2**20
    """The largest body, in bytes after inflating."""
    documents: Literal["public", "authenticated"] = "public"
    """Who may read its page, WSDL and schema: everybody, or who may call."""
    rate: RatePerTime | None = None
    """How many calls it may make, such as `20/s`; beyond it they are told to come back."""
    idempotency: IdempotencySettings = IdempotencySettings()
    """What makes a repeat a duplicate, and for how long."""

"""[sources.<name>]: who may call, and how they are understood."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from gateway.model.field_reading import Reading
from gateway.model.idempotency import DIGEST, HEADER, OnReuse
from gateway.model.template import Template
from gateway.settings.habits import Absent, ClockSettings, Derive, GuideSettings, InferSettings
from gateway.toml import Kind, Table
from gateway.values import Origin, PositiveDuration, RatePerTime, Size, TimeZone, Unusable, listed

Kinds = Annotated[
    Annotated[Kind, Tag("(table)")] | Annotated[tuple[Kind, ...], Tag("(list)"), Field(min_length=1)],
    Discriminator(lambda value: "(list)" if isinstance(value, list | tuple) else "(table)"),
]
"""One table, or a list of them."""
_OF_LENIENT = ("absent", "derive", "templates")


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

    description: str = ""
    """What it is, for lists."""
    preset: str = ""
    """A well-known sender, such as `ringcx`: what is not set here is as its preset has it, key by key."""
    contract: str
    """The contract.toml of the events it may send, or the name of one that comes with the gateway: `calls`."""
    authenticate: Kinds
    """How it proves who it is: a table, or a list of tables any of which will do. Nobody is let in by omission."""
    reading: Reading | None = None
    """How strictly text is taken; by default lenient over HTTP, strict over SOAP."""
    event_from: str | None = None
    """The parameter or field that names the event, where the path does not."""
    infer: tuple[InferSettings, ...] = ()
    """Which event a call is that names none anywhere: the first of these that it meets; off where there are none."""
    absent: Absent = Field(default_factory=dict)
    """What a text is that says nothing, in a lenient reading: a pattern, or a table of them by field (`"*"` is all)."""
    derive: Derive = Field(default_factory=dict)
    """Fields that others tell, in a lenient reading: `call_id = { from = "#recording_url#", pattern = "…" }`."""
    clock: ClockSettings | None = None
    """A time of a known zone, to warn of a `time_zone` that is wrong."""
    time_zone: TimeZone = ZoneInfo("UTC")
    """Of times that are sent without an offset."""
    on_invalid: Literal["refuse", "quarantine"] = "refuse"
    """What becomes of a call that can't be read, or breaks the contract: it is refused, or kept whole and answered as
    accepted, until it is retried."""
    templates: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """JSON bodies as they are set up on the sender's side, with its tags: text, or files of it. A body that was broken
    by what was put in for a tag is mended by them. Those of the guide are known without."""
    soap_answer: Literal["receipt", "text"] = "receipt"
    """What SOAP callers are answered: the contract's receipt, or one text in the response of whatever they called."""
    accepted_status: Annotated[int, Field(strict=True, ge=200, le=203)] = 202
    """What HTTP callers get for an accepted call."""
    max_body: Size = 4 * 2**20
    """The largest body, in bytes after inflating."""
    documents: Literal["public", "authenticated"] = "public"
    """Who may read its page, WSDL and schema: everybody, or who may call."""
    origins: Annotated[tuple[Origin, ...], BeforeValidator(listed)] = ()
    """Web pages that may call from a browser (CORS), by their origin: `https://app.example.org`; by default none."""
    rate: RatePerTime | None = None
    """How many calls it may make, such as `20/s`; beyond it they are told to come back."""
    idempotency: IdempotencySettings = IdempotencySettings()
    """What makes a repeat a duplicate, and for how long."""
    guide: GuideSettings | None = None
    """What to enter on the sender's side: `gateway sources guide`."""

    @model_validator(mode="after")
    def _mends_what_it_reads(self) -> Self:
        unheeded = [name for name in _OF_LENIENT if getattr(self, name)]
        if self.reading is Reading.STRICT and unheeded:
            named = ", ".join(f"`{name}`" for name in unheeded)
            raise Unusable(f"a strict reading heeds no {named}", "leave it out, or them", key="reading")
        return self

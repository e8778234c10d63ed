"""Tables of a source that say what its sender is like: texts that say nothing, fields that others tell, its clock."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gateway.model.patterns import compiled
from gateway.model.rules import EVERY
from gateway.model.template import Template
from gateway.toml import Table
from gateway.values import Names, TimeZone, Unusable, listed


def _pattern(text: str) -> str:
    try:
        compiled(text)
    except ValueError as error:
        hint = "write one as RE2 has it, without look-around; the whole of a text must match it"
        raise Unusable(f"is no regular expression: {error}", hint) from None
    return text


def _with_a_part(text: str) -> str:
    if compiled(_pattern(text)).groups < 1:
        raise Unusable("takes nothing out", "put what is wanted in round brackets, such as '.*/([0-9]{30})-.*'")
    return text


def _with_a_tag(text: str) -> str:
    if not Template.of(text).names:
        raise Unusable("has no #tag#", "name a field of the data so, such as '#recording_url#'")
    return text


def _with_one_part(text: str) -> str:
    if "\\" in text.replace(r"\1", ""):
        raise Unusable(r"knows \1 alone", "it is what the pattern's first part in round brackets took")
    return text


def _by_field(value: object) -> object:
    return {EVERY: value} if isinstance(value, str) else value


def _several(value: object) -> object:
    return [value] if isinstance(value, dict) else value


Pattern = Annotated[str, AfterValidator(_pattern)]
TakingPattern = Annotated[str, AfterValidator(_with_a_part)]
"""A pattern with a part in round brackets, which is what it takes."""
FieldTemplate = Annotated[str, AfterValidator(_with_a_tag)]
"""Text with a tag of the data."""
Absent = Annotated[dict[str, Pattern], BeforeValidator(_by_field)]
"""One pattern for every field, or a table of them by field."""


class DeriveSettings(Table):
    """`[sources.<name>] derive`: one way to tell a field from another, or to write anew what was sent for it."""

    source: Annotated[FieldTemplate, Field(alias="from")]
    """Tags of the data, such as `#recording_url#`; the field's own tag writes it anew."""
    pattern: TakingPattern
    """What the whole of that text must match; its first part in round brackets is taken."""
    to: Annotated[str, AfterValidator(_with_one_part)] = r"\1"
    r"""What comes of it, `\1` for what was taken."""
    events: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """The event types it is for; all where it is left out."""


Derive = dict[str, Annotated[tuple[DeriveSettings, ...], BeforeValidator(_several), Field(min_length=1)]]
"""By field: one way, or a list of them, of which the first that tells something decides."""


class ClockSettings(Table):
    """`[sources.<name>] clock`: a time of which the zone is known, beside one of which it is believed."""

    source: Annotated[FieldTemplate, Field(alias="from")]
    """Tags of the data that hold a time, such as `#call_id#`."""
    pattern: TakingPattern
    """What the whole of that text must match; what it takes is `YYYYMMDDhhmmss`."""
    time_zone: TimeZone
    """The zone of that time."""
    beside: str
    """The date-time field that should say the same."""


class InferSettings(Table):
    """`[sources.<name>] infer`: which event a call is that names none, told by the fields it fills."""

    event: str
    """The event it is then."""
    has: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Fields that must all say something; none for any call."""


class GuideService(Table):
    """`[[sources.<name>.guide.services]]`: one thing to enter on the sender's side."""

    event: str
    """The event that it sends."""
    path: str = ""
    """What names it in the URL; by default the event's own path."""
    bind: str
    """Where it is chosen over there, once it is entered."""
    when: str = ""
    """When the sender calls it."""
    fields: Names
    """The tags to send, in this order."""


class GuideSettings(Table):
    """`[sources.<name>.guide]`: what to enter on the sender's side, for `gateway sources guide`."""

    title: str
    """Which form it is about."""
    where: str
    """Where over there that form is."""
    first: tuple[str, ...] = ()
    """What to see to before."""
    form: tuple[tuple[str, str], ...] = ()
    """Fields of the form that are the same for every service, each with what to enter."""
    last: tuple[str, ...] = ()
    """What to see to afterwards."""
    services: tuple[GuideService, ...]
    """What to enter, one for each event."""

    @model_validator(mode="after")
    def _has_services(self) -> Self:
        if not self.services:
            raise Unusable("must not be empty", "one for each event", key="services")
        return self

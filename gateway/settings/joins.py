"""[joins.<name>]: events that share a key, gathered into one."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator

from gateway.model.template import Template
from gateway.toml import Table
from gateway.values import Name, Names, PositiveDuration, Unusable


class TakenSettings(Table):
    """`[joins.<name>.fields]`: one value, of the last event that has it."""

    value: Any
    """What is taken: text with tags, or a table of them."""
    of: Names = ("*",)
    """Event types that are looked at: one, or a list; `*` stands for any part."""
    take: Literal["first", "last"] = "last"
    """Of several events that have it."""


class LookedSettings(Table):
    """`[joins.<name>.fields.<list>.fields]`: one value of an item, of another event that has the same `on`."""

    value: Any
    """What is taken: text with tags, or a table of them."""
    of: Names
    """Event types that are looked at: one, or a list; `*` stands for any part."""
    on: str
    """Text with tags that is the same in both events, such as `#agent_id#`."""


class EachSettings(Table):
    """`[joins.<name>.fields]`: a list with an item for each event of a type."""

    each: Names
    """Event types that make an item: one, or a list."""
    sort: str = ""
    """What the items are sorted by, such as `#segment#`; by default as they were recorded."""
    fields: dict[
        str,
        Annotated[
            Annotated[LookedSettings, Tag("(table)")] | Annotated[str, Tag("(text)")],
            Discriminator(lambda value: "(table)" if isinstance(value, dict | LookedSettings) else "(text)"),
        ],
    ]
    """What an item says: text with tags of its event, or a table that looks at another."""


def _which(value: Any) -> str:  # noqa: ANN401 - what stands in the file
    if isinstance(value, EachSettings) or (isinstance(value, dict) and "each" in value):
        return "(each)"
    return "(table)" if isinstance(value, dict | TakenSettings) else "(text)"


class JoinSettings(Table):
    """[joins.<name>]: events that share a key, gathered into one."""

    events: Names = ("*",)
    """Event types that are gathered: one, or a list; `*` stands for any part."""
    from_: Annotated[Names | None, Field(alias="from")] = None
    """Sources: one, or a list, `destinations/recordings` and `joins/legs` too; all where it is left out."""
    key: str
    """Text with tags that is the same in all events of one: `#call_id#`. What has no such value is not gathered."""
    until: str = ""
    """The event that ends it, in CEL: `event.type == "call.ended"`; by default only time does."""
    settle: PositiveDuration = timedelta(minutes=2)
    """How long stragglers have after the end."""
    longest: PositiveDuration = timedelta(hours=4)
    """How long the end is waited for, from the first event on."""
    emits: str
    """The type of the event that is made: `call.completed`."""
    fields: dict[
        Name,
        Annotated[
            Annotated[EachSettings, Tag("(each)")]
            | Annotated[TakenSettings, Tag("(table)")]
            | Annotated[str, Tag("(text)")],
            Discriminator(_which),
        ],
    ] = Field(default_factory=dict)
    """What the new event says; by default all events whole, as `events`."""

    @field_validator("key")
    @classmethod
    def _has_a_tag(cls, key: str) -> str:
        if not Template.of(key).tags:
            raise Unusable("must have a tag", "such as '#call_id#'")
        return key

    @field_validator("fields")
    @classmethod
    def _leaves_ours(cls, fields: dict[str, Any]) -> dict[str, Any]:
        for name in ("version", "ended"):
            if name in fields:
                raise Unusable("is the join's own", "take another name", key=name)
        return fields

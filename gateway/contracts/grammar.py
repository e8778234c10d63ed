"""The grammar of a contract.toml: its tables and their keys."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from gateway.toml import Table
from gateway.values import Flag


def _number(value: object) -> object:
    return Decimal(str(value)) if type(value) in (int, float) else value


Number = Annotated[Decimal, BeforeValidator(_number)]
Count = Annotated[int, Field(strict=True, ge=0)]


class FieldTable(Table):
    """`[events."…".fields]`, `[types.….fields]`: one field of an event, or of a type."""

    type: str
    """A word such as `string`, `integer`, `decimal`, `boolean`, `date`, `date-time`, `duration` or `base64`,
    or the name of a table under [types]."""
    required: Flag = False
    """Whether a call without it is refused."""
    list: Flag = False
    """Whether there may be any number of it."""
    values: tuple[str, ...] = ()
    """The texts that it may be, of a string; all where it is left out."""
    min_length: Count | None = None
    """The fewest characters, of a string."""
    max_length: Count | None = None
    """The most characters, of a string."""
    pattern: str | None = None
    """A regular expression that the whole of a string matches."""
    minimum: Number | None = None
    """The least, of an integer, a decimal or a duration (in seconds)."""
    maximum: Number | None = None
    """The most, of the same."""
    digits: Count | None = None
    """The most digits, of a number; 100 where it is left out."""
    fraction_digits: Count | None = None
    """The most digits after the point, of a decimal or a duration."""
    aliases: tuple[str, ...] = ()
    """Other names that callers may send it by."""
    unit: str = ""
    """What it is counted in: shown in the documents."""
    sensitive: Flag = False
    """Whether it says something personal or secret: for readers of the contract, nothing is masked by it."""
    example: str = ""
    """A value, as text: shown in the documents, and sent by `gateway send` and `destinations test`."""
    doc: str = ""
    """What it means: shown in the documents."""


class EventTable(Table):
    """`[events."<type>"]`: one event type; a name with dots stands in quotes."""

    operation: str = ""
    """The SOAP operation; by default `submit` and the event's name, `submitCallEnded`."""
    path: str = ""
    """What names it in the URL; by default its name with `-` for `.`: `/in/pbx/call-ended`."""
    aliases: tuple[str, ...] = ()
    """Other names for it, wherever a call names its event."""
    subject: str = ""
    """CloudEvents `subject`, with tags of single fields, such as `#call_id#`."""
    time: str = ""
    """CloudEvents `time`, a tag of a date-time; by default when the call arrived."""
    doc: str = ""
    """What has happened: shown in the documents."""
    one_way: Flag = False
    """Whether SOAP callers get an empty 202 and no receipt."""
    shared: tuple[str, ...] = ()
    """Names of tables under `[shared]`, whose fields it has before its own."""
    fields: dict[str, FieldTable] = Field(default_factory=dict)
    """What it may say, by name: `call_id = { type = "string" }`."""


class TypeTable(Table):
    """`[types.<name>]`: an object that fields may be of."""

    doc: str = ""
    """What it stands for: shown in the documents."""
    fields: dict[str, FieldTable]
    """What it is made of, by name."""


class ContractTable(Table):
    """contract.toml: which events a source may send."""

    name: str
    """Lower-case words joined by - or `.`: `calls` makes the WSDL's `CallsService`."""
    namespace: str
    """Of the XML: an absolute URI, such as `urn:example:calls:v1`."""
    version: Annotated[int, Field(strict=True, ge=1)] = 1
    """Callers may ask for it: `/in/pbx/v1/call-ended`."""
    doc: str = ""
    """What it is about: shown in the documents."""
    events: dict[str, EventTable]
    """The events it has, by type: `[events."call.ended"]`."""
    shared: dict[str, dict[str, FieldTable]] = Field(default_factory=dict)
    """Fields that several events have, by name: `[shared.call]`."""
    types: dict[str, TypeTable] = Field(default_factory=dict)
    """Objects that fields may be of, by name: `[types.segment]`."""

    def fields_of(self, event: EventTable) -> dict[str, FieldTable]:
        """All fields of an event: what it shares, in that order, then its own; its own replaces one of its name."""
        fields: dict[str, FieldTable] = {}
        for name in event.shared:
            fields |= self.shared.get(name, {})
        return fields | event.fields

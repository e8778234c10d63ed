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
    """One field of an event, or of a type."""

    type: str
    """A word of `Type`, or the name of a table under [types]."""
    required: Flag = False
    list: Flag = False
    values: tuple[str, ...] = ()
    min_length: Count | None = None
    max_length: Count | None = None
    pattern: str | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    digits: Count | None = None
    fraction_digits: Count | None = None
    aliases: tuple[str, ...] = ()
    unit: str = ""
    sensitive: Flag = False
    example: str = ""
    doc: str = ""


class EventTable(Table):
    """One event type."""

    operation: str = ""
    path: str = ""
    aliases: tuple[str, ...] = ()
    subject: str = ""
    time: str = ""
    doc: str = ""
    one_way: Flag = False
    shared: tuple[str, ...] = ()
    """Names of tables under [shared], whose fields it has before its own."""
    fields: dict[str, FieldTable] = Field(default_factory=dict)


class TypeTable(Table):
    """One type that fields may be of."""

    doc: str = ""
    fields: dict[str, FieldTable]


class ContractTable(Table):
    """A contract.toml."""

    name: str
    namespace: str
    version: Annotated[int, Field(strict=True, ge=1)] = 1
    doc: str = ""
    events: dict[str, EventTable]
    shared: dict[str, dict[str, FieldTable]] = Field(default_factory=dict)
    """Fields that several events have."""
    types: dict[str, TypeTable] = Field(default_factory=dict)

    def fields_of(self, event: EventTable) -> dict[str, FieldTable]:
        """All fields of an event: what it shares, in that order, then its own; its own replaces one of its name."""
        fields: dict[str, FieldTable] = {}
        for name in event.shared:
            fields |= self.shared.get(name, {})
        return fields | event.fields

"""A contract.toml becomes a Contract, or every fault in it with its path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from gateway.errors import ConfigError
from gateway.model import contract as model
from gateway.model.contract import Contract, EventType, Type, fold, operation_of, path_of
from gateway.model.patterns import Unportable, xsd_pattern
from gateway.model.reading import EXTRA
from gateway.model.template import Template
from gateway.settings import Table, checked, parsed
from gateway.values import Flag

_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EVENT_NAME = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
_OPERATION = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+")
_ROOTS = frozenset({"event", "request", "caller", "item", "body"})
"""Words that begin a tag's path elsewhere; no field may be called so."""

_NUMERIC = (Type.INTEGER, Type.DECIMAL, Type.DURATION)
_FACETS = {
    "values": (Type.STRING,),
    "min_length": (Type.STRING,),
    "max_length": (Type.STRING,),
    "pattern": (Type.STRING,),
    "minimum": _NUMERIC,
    "maximum": _NUMERIC,
    "digits": (Type.DECIMAL, Type.INTEGER, Type.DURATION),
    "fraction_digits": (Type.DECIMAL, Type.DURATION),
}


def _number(value: object) -> object:
    return Decimal(str(value)) if type(value) in (int, float) else value


Number = Annotated[Decimal, BeforeValidator(_number)]
Count = Annotated[int, Field(strict=True, ge=0)]


class FieldTable(Table):
    """One field of an event."""

    type: Type
    required: Flag = False
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
    fields: dict[str, FieldTable]


class ContractTable(Table):
    """A contract.toml."""

    name: str
    namespace: str
    version: Annotated[int, Field(strict=True, ge=1)] = 1
    doc: str = ""
    events: dict[str, EventTable]


def load(text: str, file: str) -> Contract:
    """The contract that `text` declares. Raises ConfigError with every problem, each under `file`."""
    table = checked(ContractTable, parsed(text, file), file)
    problems = list(_problems(table, file))
    if problems:
        raise ConfigError.of(problems)
    events = {name: _event(name, event) for name, event in table.events.items()}
    return Contract(table.name, table.namespace, table.version, events, table.doc)


def _event(name: str, table: EventTable) -> EventType:
    return EventType(
        name=name,
        operation=table.operation or operation_of(name),
        path=table.path or path_of(name),
        fields=tuple(model.Field(name=one, **_values(field)) for one, field in table.fields.items()),
        aliases=table.aliases,
        subject=table.subject,
        time=table.time,
        doc=table.doc,
    )


def _values(field: FieldTable) -> dict[str, Any]:
    return {name: getattr(field, name) for name in type(field).model_fields}


def _problems(table: ContractTable, file: str) -> Iterator[ConfigError]:
    if not _EVENT_NAME.fullmatch(table.name):
        yield ConfigError(f"{file}: name", "must be lower-case words, joined by - or .")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"&]+", table.namespace):
        yield ConfigError(f"{file}: namespace", "must be an absolute URI, such as 'urn:example:calls:v1'")
    if not table.events:
        yield ConfigError(f"{file}: events", "a contract has at least one event")
    yield from _clashes(file, "events", {name: _event_names(name, event) for name, event in table.events.items()})
    for name, event in table.events.items():
        yield from _event_problems(f"{file}: events.{name}", name, event)


def _event_problems(path: str, name: str, event: EventTable) -> Iterator[ConfigError]:
    if not _EVENT_NAME.fullmatch(name):
        yield ConfigError(path, "an event's name is lower-case words joined by . or -, such as call.ended")
    if event.operation and not _OPERATION.fullmatch(event.operation):
        yield ConfigError(f"{path}.operation", "must be a name of letters, digits and _")
    if event.path and not _SEGMENT.fullmatch(event.path):
        yield ConfigError(f"{path}.path", "must be one segment of a path")
    yield from _clashes(path, "fields", {one: (one, *field.aliases) for one, field in event.fields.items()})
    for key in ("subject", "time"):
        for tag in Template.of(getattr(event, key)).names:
            if tag not in event.fields:
                yield ConfigError(f"{path}.{key}", f"#{tag}# is no field of this event")
            elif key == "time" and event.fields[tag].type is not Type.DATE_TIME:
                yield ConfigError(f"{path}.{key}", f"#{tag}# is no date-time")
    for one, field in event.fields.items():
        yield from _field_problems(f"{path}.fields.{one}", one, field)


def _field_problems(path: str, name: str, field: FieldTable) -> Iterator[ConfigError]:
    if not _FIELD_NAME.fullmatch(name):
        yield ConfigError(path, "a field's name is letters, digits and _")
    if name == EXTRA or name in _ROOTS:
        yield ConfigError(path, f"no field may be called {name}")
    for facet, types in _FACETS.items():
        if getattr(field, facet) not in (None, ()) and field.type not in types:
            yield ConfigError(f"{path}.{facet}", f"does not apply to type {field.type}")
    if field.pattern is not None:
        yield from _pattern_problems(f"{path}.pattern", field.pattern)
    for low, high in (("min_length", "max_length"), ("minimum", "maximum")):
        if None not in (getattr(field, low), getattr(field, high)) and getattr(field, low) > getattr(field, high):
            yield ConfigError(f"{path}.{low}", f"is greater than {high}")
    folded = [value.strip().lower() for value in field.values]
    if len(set(folded)) < len(folded):
        yield ConfigError(f"{path}.values", "two values differ in case or blanks only")


def _pattern_problems(path: str, pattern: str) -> Iterator[ConfigError]:
    try:
        xsd_pattern(pattern)
    except re.error as error:
        yield ConfigError(path, f"is no regular expression: {error}")
    except Unportable as part:
        yield ConfigError(
            path,
            f"{str(part)!r} is read differently by XML Schema and JSON Schema",
            "use literals, classes and repetition",
        )


def _event_names(name: str, event: EventTable) -> tuple[str, ...]:
    return (name, event.path or name, event.operation or operation_of(name), *event.aliases)


def _clashes(path: str, what: str, names: dict[str, tuple[str, ...]]) -> Iterator[ConfigError]:
    """Two things that go by one name."""
    owners: dict[str, str] = {}
    for owner, aliases in names.items():
        for alias in aliases:
            other = owners.setdefault(fold(alias), owner)
            if other != owner:
                yield ConfigError(f"{path}.{what}.{owner}", f"goes by the name {alias!r}, and so does {other}")

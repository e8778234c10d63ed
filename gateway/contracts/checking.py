"""What can be wrong with a contract beyond its grammar: clashing names, facets that don't fit, tags to nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gateway.contracts.grammar import ContractTable, EventTable, FieldTable
from gateway.contracts.types import BUILTIN, type_problems
from gateway.errors import ConfigError
from gateway.model.contract import Type, fold, operation_of
from gateway.model.extra import EXTRA
from gateway.model.near import hint, tag_hint
from gateway.model.patterns import Unportable, compiled, xsd_pattern
from gateway.model.scope import ROOTS
from gateway.model.template import Template

_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EVENT_NAME = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
_OPERATION = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
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


def problems_of(table: ContractTable, file: str) -> Iterator[ConfigError]:
    """Every problem, each with its path under `file`."""
    if not _EVENT_NAME.fullmatch(table.name):
        yield ConfigError(f"{file}: name", "must be lower-case words, joined by - or .")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"&]+", table.namespace):
        yield ConfigError(f"{file}: namespace", "must be an absolute URI, such as 'urn:example:calls:v1'")
    if not table.events:
        yield ConfigError(f"{file}: events", "a contract has at least one event")
    yield from type_problems(file, table)
    yield from _clashes(f"{file}: events", {name: _event_names(name, event) for name, event in table.events.items()})
    for name, event in table.events.items():
        yield from _sharing_problems(f"{file}: events.{name}", table, event)
        yield from _event_problems(f"{file}: events.{name}", name, event, table.fields_of(event))
    for name, fields in table.shared.items():
        yield from _fields_problems(f"{file}: shared.{name}", fields)
    for name, one in table.types.items():
        if not _FIELD_NAME.fullmatch(name):
            yield ConfigError(f"{file}: types.{name}", "a type's name is letters, digits and _")
        yield from _clashing_fields(f"{file}: types.{name}", one.fields)
        yield from _fields_problems(f"{file}: types.{name}.fields", one.fields)


def _event_problems(path: str, name: str, event: EventTable, fields: Mapping[str, FieldTable]) -> Iterator[ConfigError]:
    if not _EVENT_NAME.fullmatch(name):
        yield ConfigError(path, "an event's name is lower-case words joined by . or -, such as call.ended")
    if event.operation and not _OPERATION.fullmatch(event.operation):
        yield ConfigError(f"{path}.operation", "must be a name of letters, digits and _")
    if event.path and not _SEGMENT.fullmatch(event.path):
        yield ConfigError(f"{path}.path", "must be one segment of a path")
    yield from _template_problems(path, event, fields)
    for alias in event.aliases:
        if not _SEGMENT.fullmatch(alias):
            yield ConfigError(f"{path}.aliases", f"{alias!r} is no segment of a path")
    yield from _clashing_fields(path, fields)
    yield from _fields_problems(f"{path}.fields", event.fields)


def _sharing_problems(path: str, table: ContractTable, event: EventTable) -> Iterator[ConfigError]:
    for name in event.shared:
        if name not in table.shared:
            yield ConfigError(f"{path}.shared", f"there is no [shared.{name}]", hint(name, table.shared))
    if not event.shared and "fields" not in event.model_fields_set:
        yield ConfigError(f"{path}.fields", "is required, unless `shared` names fields")


def _clashing_fields(path: str, fields: Mapping[str, FieldTable]) -> Iterator[ConfigError]:
    yield from _clashes(f"{path}.fields", {one: (one, *field.aliases) for one, field in fields.items()})


def _fields_problems(path: str, fields: Mapping[str, FieldTable]) -> Iterator[ConfigError]:
    for one, field in fields.items():
        yield from _field_problems(f"{path}.{one}", one, field)


def _template_problems(path: str, event: EventTable, fields: Mapping[str, FieldTable]) -> Iterator[ConfigError]:
    for key in ("subject", "time"):
        for tag in Template.of(getattr(event, key)).names:
            if tag not in fields:
                yield ConfigError(f"{path}.{key}", f"#{tag}# is no field of this event", tag_hint(tag, fields))
            elif fields[tag].list or fields[tag].type not in BUILTIN:
                yield ConfigError(f"{path}.{key}", f"#{tag}# is no single value")
            elif key == "time" and fields[tag].type != Type.DATE_TIME:
                yield ConfigError(f"{path}.{key}", f"#{tag}# is no date-time", 'a field of type = "date-time"')


def _field_problems(path: str, name: str, field: FieldTable) -> Iterator[ConfigError]:
    if not _FIELD_NAME.fullmatch(name):
        yield ConfigError(path, "a field's name is letters, digits and _", "an alias may be anything")
    if name == EXTRA or name in ROOTS:
        yield ConfigError(path, f"no field may be called {name}", "it means something else in tags; use an alias")
    for facet, types in _FACETS.items():
        if getattr(field, facet) not in (None, ()) and field.type not in types:
            yield ConfigError(
                f"{path}.{facet}", f"does not apply to type {field.type}", f"it is for: {', '.join(types)}"
            )
    yield from _word_problems(path, field)
    yield from _bound_problems(path, field)
    if field.pattern is not None:
        yield from _pattern_problems(f"{path}.pattern", field.pattern)


def _word_problems(path: str, field: FieldTable) -> Iterator[ConfigError]:
    for alias in field.aliases:
        if not alias.strip() or fold(alias) == EXTRA:
            yield ConfigError(f"{path}.aliases", f"no field may be called {alias!r}")
    for text in (*field.values, field.doc, field.unit):
        if _UNPRINTABLE.search(text):
            yield ConfigError(path, "has a control character, which XML can't carry")
    folded = [value.strip().lower() for value in field.values]
    if len(set(folded)) < len(folded):
        yield ConfigError(f"{path}.values", "two values differ in case or blanks only")


def _bound_problems(path: str, field: FieldTable) -> Iterator[ConfigError]:
    for low, high in (("min_length", "max_length"), ("minimum", "maximum")):
        if None not in (getattr(field, low), getattr(field, high)) and getattr(field, low) > getattr(field, high):
            yield ConfigError(f"{path}.{low}", f"is greater than {high}", "change one of them")
    for name in ("minimum", "maximum"):
        bound = getattr(field, name)
        if field.type == Type.INTEGER and bound is not None and bound != bound.to_integral_value():
            yield ConfigError(f"{path}.{name}", "must be whole: the field is an integer")
    if field.digits is not None and field.digits < max(1, field.fraction_digits or 0):
        yield ConfigError(f"{path}.digits", "must be at least 1, and no less than fraction_digits")


def _pattern_problems(path: str, pattern: str) -> Iterator[ConfigError]:
    try:
        xsd_pattern(pattern)
        compiled(pattern)
    except re.error as error:
        yield ConfigError(path, f"is no regular expression: {error}")
    except Unportable as part:
        yield ConfigError(
            path,
            f"{str(part)!r} is read differently by XML Schema and JSON Schema",
            "use literals, classes and repetition",
        )
    except ValueError as error:
        yield ConfigError(path, f"can't be matched: {error}", "repeat at most 1000 times; max_length bounds a text")


def _event_names(name: str, event: EventTable) -> tuple[str, ...]:
    return (name, event.path or name, event.operation or operation_of(name), *event.aliases)


def _clashes(path: str, names: dict[str, tuple[str, ...]]) -> Iterator[ConfigError]:
    """Two things that go by one name."""
    owners: dict[str, str] = {}
    for owner, aliases in names.items():
        for alias in aliases:
            other = owners.setdefault(fold(alias), owner)
            if other != owner:
                message = f"goes by the name {alias!r}, and so does {other}"
                yield ConfigError(f"{path}.{owner}", message, "give one of them another name or alias")

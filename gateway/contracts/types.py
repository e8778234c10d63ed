"""What can be wrong with the types of a contract.toml: unknown, circular, or of a name that is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway.contracts.grammar import ContractTable, FieldTable
from gateway.errors import ConfigError
from gateway.model.contract import Type, operation_of, type_name
from gateway.model.near import hint

_SAME = {
    word: f"did you mean {name!r}?"
    for name, words in {
        "string": "str text varchar uuid enum",
        "integer": "int long short number bigint",
        "decimal": "float double numeric real",
        "date-time": "datetime timestamp",
        "base64": "bytes binary blob",
    }.items()
    for word in words.split()
}
"""What others call them."""
BUILTIN = tuple(one.value for one in Type if one is not Type.OBJECT)


def type_problems(file: str, table: ContractTable) -> Iterator[ConfigError]:
    """Every problem with a type, its use included."""
    for name in table.types:
        if name in BUILTIN or name == Type.OBJECT:
            yield ConfigError(f"{file}: types.{name}", "is a type already")
        yield from _circles(file, table, name)
    for path, fields in _all_fields(file, table):
        for name, field in fields.items():
            if field.type not in (*BUILTIN, *table.types):
                there = _SAME.get(field.type.lower()) or hint(field.type, (*BUILTIN, *table.types))
                yield ConfigError(f"{path}.{name}.type", f"no type {field.type!r}", there)
    yield from _taken_names(file, table)


def _all_fields(file: str, table: ContractTable) -> Iterator[tuple[str, Mapping[str, FieldTable]]]:
    for name, event in table.events.items():
        yield f"{file}: events.{name}.fields", event.fields
    for name, fields in table.shared.items():
        yield f"{file}: shared.{name}", fields
    for name, one in table.types.items():
        yield f"{file}: types.{name}.fields", one.fields


def _circles(file: str, table: ContractTable, start: str) -> Iterator[ConfigError]:
    """A type that holds itself would need no end of text."""
    seen: set[str] = set()
    inside = [start]
    while inside:
        for name, field in table.types[inside.pop()].fields.items():
            if field.type == start:
                yield ConfigError(
                    f"{file}: types.{start}", f"holds itself, through {name}", "give that field another type"
                )
                return
            if field.type in table.types and field.type not in seen:
                seen.add(field.type)
                inside.append(field.type)


def _taken_names(file: str, table: ContractTable) -> Iterator[ConfigError]:
    """No two types or elements of the published schema share a name."""
    owners = dict.fromkeys(("Receipt", "Violation", "EventRejected"), "the gateway's own")
    claims: dict[str, tuple[str, tuple[str, ...]]] = {
        f"type {name}": (f"{file}: types.{name}", (type_name(name),)) for name in table.types
    }
    for name, event in table.events.items():
        operation = event.operation or operation_of(name)
        claims[name] = f"{file}: events.{name}", (type_name(name), operation, f"{operation}Response")
    for owner, (path, made) in claims.items():
        for one in made:
            other = owners.setdefault(one, owner)
            if other != owner:
                yield ConfigError(path, f"makes the XML name {one}, and so does {other}")

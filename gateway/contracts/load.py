"""A contract.toml becomes a Contract, or every fault in it with its path."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.contracts.checking import problems_of
from gateway.contracts.grammar import ContractTable, EventTable, FieldTable
from gateway.errors import ConfigError
from gateway.model import contract as model
from gateway.model.contract import Contract, EventType, Type, operation_of, path_of
from gateway.toml import checked, parsed


def load(text: str, file: str) -> Contract:
    """The contract that `text` declares. Raises ConfigError with every problem, each under `file`."""
    table = checked(ContractTable, parsed(text, file), f"{file}: ")
    problems = list(problems_of(table, file))
    if problems:
        raise ConfigError.of(problems)
    fields = _Fields(table)
    events = {name: _event(name, event, fields.of(table.fields_of(event))) for name, event in table.events.items()}
    return Contract(table.name, table.namespace, table.version, events, table.doc)


class _Fields:
    """Fields as they are declared, those of a type with the type's own."""

    def __init__(self, table: ContractTable) -> None:
        self._types = table.types
        self._made: dict[str, tuple[model.Field, ...]] = {}

    def of(self, tables: Mapping[str, FieldTable]) -> tuple[model.Field, ...]:
        return tuple(self._field(name, table) for name, table in tables.items())

    def _field(self, name: str, table: FieldTable) -> model.Field:
        values = {key: getattr(table, key) for key in type(table).model_fields}
        declared = values.pop("type")
        if declared not in self._types:
            return model.Field(name=name, type=Type(declared), **values)
        if declared not in self._made:
            self._made[declared] = self.of(self._types[declared].fields)
        return model.Field(name=name, type=Type.OBJECT, of=declared, fields=self._made[declared], **values)


def _event(name: str, table: EventTable, fields: tuple[model.Field, ...]) -> EventType:
    return EventType(
        name=name,
        operation=table.operation or operation_of(name),
        path=table.path or path_of(name),
        fields=fields,
        aliases=table.aliases,
        subject=table.subject,
        time=table.time,
        doc=table.doc,
        one_way=table.one_way,
    )

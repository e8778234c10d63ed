"""A contract.toml becomes a Contract, or every fault in it with its path."""

from __future__ import annotations

from typing import Any

from gateway.contracts.checking import problems_of
from gateway.contracts.grammar import ContractTable, EventTable, FieldTable
from gateway.errors import ConfigError
from gateway.model import contract as model
from gateway.model.contract import Contract, EventType, operation_of, path_of
from gateway.settings import checked, parsed


def load(text: str, file: str) -> Contract:
    """The contract that `text` declares. Raises ConfigError with every problem, each under `file`."""
    table = checked(ContractTable, parsed(text, file), file)
    problems = list(problems_of(table, file))
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

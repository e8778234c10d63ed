"""A call of an event type made of its fields' examples: what a sender would put there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from gateway.model.contract import EventType, Field, Type

_MADE_UP = {
    Type.BOOLEAN: "true",
    Type.DATE: "2026-03-16",
    Type.DATE_TIME: "2026-03-16T14:15:02Z",
    Type.BASE64: "eA==",
}


def sample(event: EventType) -> dict[str, Any]:
    """The fields that are required or have an example, as text, lists and objects."""
    return _sample(event.fields)


def _sample(fields: tuple[Field, ...]) -> dict[str, Any]:
    made = {one.name: _value(one) for one in fields if one.example or one.required or one.type is Type.OBJECT}
    return {name: value for name, value in made.items() if value not in ("", {}, [], [{}])}


def _value(one: Field) -> Any:  # noqa: ANN401 - text, or an object of such values
    value = _sample(one.fields) if one.type is Type.OBJECT else one.example or _text(one)
    return [value] if one.list else value


def _text(one: Field) -> str:
    if one.values:
        return one.values[0]
    if one.type is Type.STRING:
        return "x" * max(1, one.min_length or 0)
    return _MADE_UP.get(one.type) or _number(one)


def _number(one: Field) -> str:
    """One, or what is allowed and nearest to it."""
    number = max(Decimal(1), one.minimum) if one.minimum is not None else Decimal(1)
    return f"{min(number, one.maximum) if one.maximum is not None else number:f}"

"""The JSON Schema of a field: the strict form of gateway/docs/howto/reading.md, as the published XML Schema has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.contracts.examples import described, value_of
from gateway.model.contract import Field, Type, type_name
from gateway.model.extra import EXTRA
from gateway.model.patterns import ecma_pattern

Schema = dict[str, Any]
"""A JSON Schema, its numbers Decimals or ints."""

_NUMBERS = {Type.INTEGER: "integer", Type.DECIMAL: "number", Type.DURATION: "number"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a document has the schemas of fields."""

    refer: Callable[[str], str]
    """The reference to a declared type, by its name."""
    simple: Mapping[Type, Schema]
    """How dates, times and base64 are said."""
    is_sent: bool = True
    """Whether it is what callers send: nothing undeclared may be there then. Else it is what destinations get."""
    has_null: bool = True
    """Of what is sent: whether an optional field may be null."""
    is_exact: bool = False
    """Whether what no generator of clients understands is said too."""

    def object(self, fields: tuple[Field, ...]) -> Schema:
        """The schema of an object that has `fields`."""
        schema: Schema = {"type": "object", "properties": {one.name: self.field(one) for one in fields}}
        required = [one.name for one in fields if one.required]
        if required:
            schema["required"] = required
        if self.is_sent:
            return schema | {"additionalProperties": False}
        schema["properties"][EXTRA] = {"type": "object", "description": "What was sent beside the declared fields."}
        return schema

    def field(self, one: Field) -> Schema:
        """The schema of the field `one`, of a list too."""
        is_nullable = self.is_sent and self.has_null and not one.required
        schema = self._single(one, is_nullable=is_nullable and not one.list)
        if one.list:
            least = {"minItems": 1} if one.required or not self.is_sent else {}
            schema = {"type": ["array", "null"] if is_nullable else "array", "items": schema, **least}
        schema |= described(self._said(one))
        example = value_of(one)
        if example is not None:
            schema["examples"] = [[example] if one.list else example]
        return schema

    def _said(self, one: Field) -> str:
        """What there is to read of it: digits in words too, where a generator of clients drops what says them."""
        digits = one.precision if not self.is_exact else ""
        return " ".join(part for part in (one.description, digits and f"{digits[0].upper()}{digits[1:]}.") if part)

    def _single(self, one: Field, *, is_nullable: bool) -> Schema:
        if one.type is Type.OBJECT:
            schema: Schema = {"$ref": self.refer(one.of)}
        elif one.type in _NUMBERS:
            schema = {"type": _NUMBERS[one.type], **_number_facets(one, is_exact=self.is_exact)}
        elif one.type is Type.STRING:
            schema = {"type": "string", **_text_facets(one)}
        elif one.type is Type.BOOLEAN:
            schema = {"type": "boolean"}
        else:
            schema = dict(self.simple[one.type])
        return _nullable(schema) if is_nullable else schema


COMPONENTS = Style(
    refer=lambda name: f"#/components/schemas/{type_name(name)}",
    simple={
        Type.DATE: {"type": "string", "format": "date"},
        Type.DATE_TIME: {"type": "string", "format": "date-time"},
        Type.BASE64: {"type": "string", "contentEncoding": "base64"},
    },
)
"""As OpenAPI and AsyncAPI have them."""


def _nullable(schema: Schema) -> Schema:
    if schema.keys() & {"$ref", "enum"}:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema | {"type": [schema["type"], "null"]}


def _text_facets(one: Field) -> Schema:
    facets = {
        "enum": list(one.values) or None,
        "minLength": one.shortest,
        "maxLength": one.max_length,
        "pattern": one.pattern and ecma_pattern(one.pattern),
    }
    return {name: value for name, value in facets.items() if value is not None}


def _number_facets(one: Field, *, is_exact: bool) -> Schema:
    """Bounds, and the digits as XML Schema counts them (Part 2 §4.3.11, §4.3.12): of the value, never of its text."""
    after_point = one.fraction_digits
    if one.type is Type.INTEGER:
        after_point = None
    elif one.digits is not None and is_exact:
        most_after = one.digits if after_point is None else after_point
        return _bounds(one.minimum, one.maximum) | {
            "anyOf": [_moved(one.digits, places) for places in range(most_after + 1)]
        }
    low, high = one.minimum, one.maximum
    if one.digits is not None:
        most = Decimal("9" * one.digits)
        low = -most if low is None else max(low, -most)
        high = most if high is None else min(high, most)
    fraction = {} if after_point is None else {"multipleOf": Decimal((0, (1,), -after_point))}
    return _bounds(low, high) | fraction


def _moved(digits: int, places: int) -> Schema:
    """The numbers of so many digits, so many of them after the point."""
    most = Decimal((0, (9,) * digits, -places))
    return {"multipleOf": Decimal((0, (1,), -places)), **_bounds(-most, most)}


def _bounds(low: Decimal | None, high: Decimal | None) -> Schema:
    return {name: bound for name, bound in (("minimum", low), ("maximum", high)) if bound is not None}

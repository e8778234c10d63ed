"""The one JSON form that event data has, whichever door it came by: compact UTF-8, every digit kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

JsonValue = object
"""None, bool, int, Decimal, Number, str, or a list or string-keyed mapping of these."""

_text = json.JSONEncoder(ensure_ascii=False).encode


class Number(str):
    """A number of a JSON document, as its source text, so that no digit passes through a float.

    It is text of the JSON grammar (RFC 8259 §6) and is written back as it came.
    """

    __slots__ = ()


def canonical_json(value: JsonValue) -> bytes:
    """`value` as compact JSON. Keys stay in their order; Decimals are written in plain notation.

    Raises UnicodeEncodeError for a lone surrogate, and TypeError for what JSON has no form for.

    >>> canonical_json({"duration": Decimal("1E+2"), "ended": True, "who": "Zoë"}).decode()
    '{"duration":100,"ended":true,"who":"Zoë"}'
    """
    return _written(value).encode()


def _written(value: JsonValue) -> str:
    match value:
        case Number():
            return str.__str__(value)
        case str():
            return _text(value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case None:
            return "null"
        case Mapping():
            return "{" + ",".join(f"{_text(key)}:{_written(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_written, value)) + "]"
        case _:
            raise TypeError(f"JSON has no form for {type(value).__name__}")

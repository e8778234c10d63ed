"""The one JSON form that event data has, whichever door it came by: compact UTF-8, every digit kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

JsonValue = object
"""None, bool, int, Decimal, Number, str, or a list or string-keyed dict of these."""


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
    write = _WRITERS.get(type(value))
    if write is None:
        raise TypeError(f"JSON has no form for {type(value).__name__}")
    return write(value)


def _object(value: dict[str, JsonValue]) -> str:
    return "{" + ",".join([f"{_text(key)}:{_written(item)}" for key, item in value.items()]) + "}"


def _array(value: Sequence[JsonValue]) -> str:
    return "[" + ",".join(map(_written, value)) + "]"


_text = json.encoder.encode_basestring  # the standard library's own, in C; not ASCII only

_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    Number: str.__str__,
    bool: lambda value: "true" if value else "false",
    int: str,
    Decimal: lambda value: format(value, "f"),
    type(None): lambda _value: "null",
    dict: _object,
    list: _array,
    tuple: _array,
}

"""JSON as strangers send it, with what RFC 8259 leaves open decided, and bounded in depth and size."""

from __future__ import annotations

import json
import re

from gateway.errors import Malformed, TooLarge
from gateway.model.canonical import Number

MAX_VALUES = 10_000
"""How many values one event may have."""
MAX_DEPTH = 64
_TOO_MANY = f"the JSON has more than {MAX_VALUES} values in one event"
_LONG = 64 * 1024
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""A string, its end optional, so that no text is looked at twice."""


def parsed_json(text: str) -> object:
    """JSON (RFC 8259), with what it leaves open decided: no duplicate keys, no NaN, no lone surrogates."""
    if len(text) > _LONG:
        _check_count(text)
    try:
        document: object = _DECODER.decode(text)
    except RecursionError:
        raise TooLarge(f"the JSON is nested deeper than {MAX_DEPTH}") from None
    except ValueError as error:
        raise Malformed(f"the body is not JSON: {error}"[:300]) from None
    if "\\u" in text and _has_lone_surrogate(document):
        raise Malformed("the JSON has half of a surrogate pair")
    _check_size(document)
    return document


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=Number, parse_int=Number, parse_constant=_no_constant
)


def _has_lone_surrogate(document: object) -> bool:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _check_count(text: str) -> None:
    """Count before anything is built, where building would take long: commas outside strings, and objects."""
    bare = _STRING.sub("", text)
    events = bare.count("{") if bare.lstrip().startswith("[") else 1
    if bare.count(",") > MAX_VALUES * max(1, events):
        raise TooLarge(_TOO_MANY)


def _check_size(document: object) -> None:
    """Bounds on depth, and on the values of each event."""
    for event in document if isinstance(document, list) else [document]:
        level: list[object] = [event]
        count = 0
        for _ in range(MAX_DEPTH):
            level = [child for parent in level for child in _children(parent)]
            count += len(level)
            if count > MAX_VALUES:
                raise TooLarge(_TOO_MANY)
            if not level:
                break
        else:
            raise TooLarge(f"the JSON is nested deeper than {MAX_DEPTH}")


def _children(value: object) -> list[object]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []

"""Values with tags in them: the tables and texts of a configuration that say what goes out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from gateway.model.forms import ZoneOf, no_zones
from gateway.model.scope import ABSENT, Scope
from gateway.model.template import TAG, Tag, Template


@dataclass(frozen=True, slots=True)
class Shape:
    """JSON with tags for values. A text that is one tag and nothing else keeps its value's type."""

    _made: Any

    @classmethod
    def of(cls, value: object, zone_of: ZoneOf = no_zones) -> Shape:
        """Of a table, a list or a text of the configuration. Raises ValueError."""
        return cls(_compiled(value, zone_of))

    @classmethod
    def of_json(cls, text: str, zone_of: ZoneOf = no_zones) -> Shape:
        """Of JSON text; tags may stand outside of strings too. Raises ValueError."""
        try:
            return cls.of(json.loads(_quoted(text)), zone_of)
        except json.JSONDecodeError as error:
            raise ValueError(f"is no JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None

    @property
    def names(self) -> tuple[str, ...]:
        """The names at its top."""
        return tuple(self._made) if isinstance(self._made, dict) else ()

    @property
    def is_object(self) -> bool:
        """Whether it has names at all."""
        return isinstance(self._made, dict)

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag in it."""
        return tuple(_tags(self._made))

    def rendered(self, scope: Scope) -> Any:  # noqa: ANN401 - JSON
        """With every tag filled; an optional one that is absent is left out, and its key with it. Raises Unresolved."""
        return _rendered(self._made, scope)


def _compiled(value: object, zone_of: ZoneOf) -> object:
    match value:
        case str():
            return Template.of(value, zone_of)
        case dict():
            return {name: _compiled(one, zone_of) for name, one in value.items()}
        case list() | tuple():
            return [_compiled(one, zone_of) for one in value]
        case datetime() | date() | time():
            return Template((value.isoformat(),))
        case float():  # as it is written, not as 0.1 is in binary
            return Decimal(repr(value))
        case _:
            return value


def _rendered(made: object, scope: Scope) -> object:
    match made:
        case Template():
            return made.only.value(scope) if made.only else made.text(scope)
        case dict():
            filled = ((name, _rendered(one, scope)) for name, one in made.items())
            return {name: value for name, value in filled if value is not ABSENT}
        case list():
            return [value for value in (_rendered(one, scope) for one in made) if value is not ABSENT]
        case _:
            return made


def _tags(made: object) -> Iterator[Tag]:
    match made:
        case Template():
            yield from made.tags
        case dict():
            for one in made.values():
                yield from _tags(one)
        case list():
            for one in made:
                yield from _tags(one)


def _quoted(text: str) -> str:
    """JSON text whose tags all stand in strings."""
    quoted: list[str] = []
    place, is_in_string = 0, False
    while place < len(text):
        tag = None if is_in_string else TAG.match(text, place)
        if tag is not None:
            quoted.append(json.dumps(tag[0]))
            place = tag.end()
            continue
        step = 2 if is_in_string and text[place] == "\\" else 1
        if text[place] == '"':
            is_in_string = not is_in_string
        quoted.append(text[place : place + step])
        place += step
    return "".join(quoted)

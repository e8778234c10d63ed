"""What a join makes of the events it gathered: single values of some, and lists with an item for each of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.model.route import matches
from gateway.model.scope import ABSENT, Scope
from gateway.model.shape import Shape
from gateway.model.template import Template, Unresolved

MOST_ITEMS = 1000
"""Of one list: the event stays one that can be sent."""
_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """One value, of the last event (or the first) of some types that has it."""

    value: Shape
    of: tuple[str, ...] = ("*",)
    is_first: bool = False

    def of_all(self, scopes: Sequence[Scope]) -> object:
        """The value; ABSENT where none of the events has it."""
        for scope in scopes if self.is_first else reversed(scopes):
            if _is_of(self.of, scope) and (found := _value(self.value, scope)) is not ABSENT:
                return found
        return ABSENT


@dataclass(frozen=True, slots=True)
class Looked:
    """One value of an item, of the event of some types that has the same `on`.

    Of several such events each is one item's: the second item with the same `on` gets the second event's. Where there
    are more items than events, the last event's is theirs; where there are more events, the last item gets the last's.
    """

    value: Shape
    of: tuple[str, ...]
    on: Template

    def of_items(self, items: Sequence[Scope], scopes: Sequence[Scope]) -> Sequence[object]:
        """The value of each item, in their order."""
        found: dict[str, list[object]] = {}
        for scope in scopes:
            key = _text(self.on, scope) if _is_of(self.of, scope) else None
            value = _value(self.value, scope) if key is not None else ABSENT
            if key is not None and value is not ABSENT:
                found.setdefault(key, []).append(value)
        keys = [_text(self.on, item) for item in items]
        total, seen = Counter(keys), Counter[str | None]()
        values = []
        for key in keys:
            seen[key] += 1
            ones = found.get(key, []) if key is not None else []
            is_last = seen[key] == total[key]
            values.append((ones[-1] if is_last else ones[min(seen[key], len(ones)) - 1]) if ones else ABSENT)
        return values


@dataclass(frozen=True, slots=True)
class Each:
    """A list with an item for each event of some types."""

    of: tuple[str, ...]
    fields: Mapping[str, Shape | Looked]
    sort: Template | None = None

    def of_all(self, scopes: Sequence[Scope]) -> object:
        """The list; ABSENT where there is no such event."""
        items = [scope for scope in scopes if _is_of(self.of, scope)]
        if self.sort is not None:
            items.sort(key=lambda scope: _rank(_text(self.sort, scope)))  # type: ignore[arg-type]
        items = items[:MOST_ITEMS]
        columns = {name: self._column(field, items, scopes) for name, field in self.fields.items()}
        rows = [{name: column[place] for name, column in columns.items()} for place in range(len(items))]
        found = [{name: value for name, value in row.items() if value is not ABSENT} for row in rows]
        return found or ABSENT

    def _column(self, field: Shape | Looked, items: Sequence[Scope], scopes: Sequence[Scope]) -> Sequence[object]:
        if isinstance(field, Looked):
            return field.of_items(items, scopes)
        return [_value(field, item) for item in items]


@dataclass(frozen=True, slots=True)
class Gathering:
    """The data of what a join makes; without fields, all that the events say."""

    fields: Mapping[str, Taken | Each]

    def data(self, scopes: Sequence[Scope]) -> dict[str, Any]:
        """Of events in the order in which they were recorded."""
        if not self.fields:
            return {"events": [_whole(scope) for scope in scopes[:MOST_ITEMS]]}
        made = ((name, field.of_all(scopes)) for name, field in self.fields.items())
        return {name: value for name, value in made if value is not ABSENT}


def _whole(scope: Scope) -> dict[str, Any]:
    event = scope.event
    return {"id": event.id, "type": event.type, "source": event.source, "time": event.time, "data": scope.data}


def _is_of(patterns: tuple[str, ...], scope: Scope) -> bool:
    return any(matches(pattern, scope.event.type) for pattern in patterns)


def _value(shape: Shape, scope: Scope) -> object:
    """What the event says; ABSENT where it lacks something of it."""
    try:
        found = shape.rendered(scope)
    except Unresolved:
        return ABSENT
    return ABSENT if found in ({}, []) else found


def _text(template: Template, scope: Scope) -> str | None:
    try:
        return template.text(scope) or None
    except Unresolved:
        return None


def _rank(text: str | None) -> tuple[bool, str]:
    """Numbers by their value, what has none at the end."""
    return (text is None, text.zfill(_DIGITS) if text is not None and text.isdecimal() else text or "")

"""Nested fields in flat names, as forms and queries have them: `customer[name]`, `segments[0][agent_id]`, `tags[]`."""

from __future__ import annotations

import re

from gateway.model.json_text import MAX_DEPTH
from gateway.model.lexical import Unreadable

_ROOT = re.compile(r"([^\[\].]+)((?:\[[^\[\]]*\]|\.[^\[\].]+)+)")
_STEP = re.compile(r"\[([^\[\]]*)\]|\.([^\[\].]+)")
_INDEX = re.compile(r"[0-9]{1,6}", re.ASCII)


class Branch:
    """What was sent under one name: the values of the name itself, and what was sent under its parts."""

    __slots__ = ("parts", "values")

    def __init__(self) -> None:
        self.values: list[object] = []
        self.parts: dict[str, Branch] = {}

    def grow(self, steps: list[str], value: object) -> None:
        """Put `value` where `steps` lead; an empty step, as in `tags[]`, is one more value."""
        branch = self
        for place, step in enumerate(steps):
            if not step and place == len(steps) - 1:
                break
            part = branch.parts.get(step)
            if part is None:
                part = branch.parts[step] = Branch()
            branch = part
        branch.values.append(value)

    def join(self, other: Branch) -> None:
        """Take up all that `other` has."""
        self.values += other.values
        for step, part in other.parts.items():
            self.parts.setdefault(step, Branch()).join(part)

    def is_list(self) -> bool:
        """Whether all of its parts are told by an index."""
        return all(map(_INDEX.fullmatch, self.parts))

    def items(self) -> list[object]:
        """As a list: its values, then its parts by index, gaps closed. Raises Unreadable."""
        for step in self.parts:
            if not _INDEX.fullmatch(step):
                raise Unreadable(f"is a list: {step[:40]!r} is no index of it")
        return [*self.values, *(self.parts[step].alone() for step in sorted(self.parts, key=int))]

    def alone(self) -> object:
        """The one value there is, or the branch itself where it has parts or several."""
        return self.values[0] if len(self.values) == 1 and not self.parts else self

    def pairs(self) -> list[tuple[str, object]]:
        """As an object: its parts, a repeated name as often as it was sent."""
        return [(step, value) for step, part in self.parts.items() for value in ([part] if part.parts else part.values)]


def steps_of(name: str) -> tuple[str, list[str]] | None:
    """The field that `name` starts with, and the steps into it; None where it is one name.

    >>> steps_of("segments[0].agent_id")
    ('segments', ['0', 'agent_id'])
    >>> steps_of("call_id") is None
    True
    """
    if not 0 < name.count("[") + name.count(".") <= MAX_DEPTH:
        return None
    match = _ROOT.fullmatch(name)
    if match is None:
        return None
    return match[1], [inside or dotted for inside, dotted in _STEP.findall(match[2])]

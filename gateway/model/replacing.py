"""Values swapped on their way out, by field: words of ours for codes of a far side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from gateway.model.canonical import canonical_json
from gateway.model.payload import Payload
from gateway.model.scope import ABSENT, ROOTS, Path, Scope
from gateway.model.template import TAG, Tag, as_text

ANY_OTHER = "*"
"""The value whose replacement every other one gets."""

Swap = Mapping[str, object]
"""A value, as text, to its replacement."""


@dataclass(frozen=True, slots=True)
class Replacements:
    """By the name that a tag has: a value's text to what is sent in its place."""

    of_data: Mapping[Path, Swap] = field(default_factory=dict)
    of_others: Mapping[Path, Swap] = field(default_factory=dict)
    """Of the event's attributes, the call and its caller: they are swapped where a tag names them, and stay what they
    are for everybody else."""

    @classmethod
    def of(cls, table: Mapping[str, Mapping[str, object]]) -> Replacements:
        """Of a destination's `replace`. Raises ValueError."""
        made = {path_of(name): {value: _exact(one) for value, one in swap.items()} for name, swap in table.items()}
        others = {path: swap for path, swap in made.items() if path[0] in ROOTS}
        return cls({path: swap for path, swap in made.items() if path not in others}, others)

    @property
    def tags(self) -> tuple[Tag, ...]:
        """What is swapped, as tags that name it."""
        return tuple(map(Tag, (*self.of_data, *self.of_others)))

    def applied(self, payload: Payload) -> Payload:
        """`payload` as its destination sees it: for every tag, and for the data as a whole."""
        if not self.of_data and not self.of_others:
            return payload
        scope = payload.scope
        data, fields = self._swapped(scope.data), self._swapped(scope.fields)
        event = scope.event if data is scope.data else replace(scope.event, data=canonical_json(data))
        return replace(
            payload, scope=_Swapping(event, scope.original, scope.operation, fields, data, swaps=self.of_others)
        )

    def _swapped(self, value: Mapping[str, object] | None) -> Mapping[str, object] | None:
        for path, swap in self.of_data.items():
            value = _at(value, path, swap)  # type: ignore[assignment] # a table stays one
        return value


NOTHING = Replacements()


@dataclass(slots=True)
class _Swapping(Scope):
    """A scope that swaps what does not stand in the data."""

    swaps: Mapping[Path, Swap] = field(default_factory=dict)

    def value(self, path: Path) -> object:
        """What stands at `path`, or its replacement."""
        found = Scope.value(self, path)
        swap = self.swaps.get(path)
        return found if swap is None or found is ABSENT else _at(found, (), swap)


def path_of(name: str) -> Path:
    """The path of a field's name. Raises ValueError."""
    found = TAG.fullmatch(f"#{name}#")
    if found is None or found[1] != name:
        raise ValueError("is no name of a field")
    return tuple(name.split("."))


def _at(value: object, path: Sequence[str], swap: Swap) -> object:
    """`value` with what stands at `path` in it swapped: in every item of a list, unless the path says which.

    What nothing is swapped in is given back itself.
    """
    match value:
        case dict():
            if not path or path[0] not in value:
                return value
            old = value[path[0]]
            new = _at(old, path[1:], swap)
            return value if new is old else {**value, path[0]: new}
        case list():
            if path and path[0].isdecimal():
                made = [_at(one, path[1:], swap) if path[0] == str(n) else one for n, one in enumerate(value)]
            else:
                made = [_at(one, path, swap) for one in value]
            return made if any(new is not old for new, old in zip(made, value, strict=True)) else value
        case None:
            return value
        case _:
            return value if path else swap.get(as_text(value), swap.get(ANY_OTHER, value))


def _exact(value: object) -> object:
    """A number as it is written, not as 0.1 is in binary."""
    return Decimal(repr(value)) if isinstance(value, float) else value

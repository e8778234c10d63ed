"""The Reading table once more, slow and obvious: which names name a field, flat ones too. For reference.py."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.model.contract import Field, Type
from gateway.model.field_reading import Pairs, Reading

Sent = Sequence[tuple[str, object]]
Place = tuple[list[str], object]
"""The keys that lead on from a name, and the value there."""


@dataclass(frozen=True)
class Misfit:
    """What was sent of a field under keys that don't fit it."""

    sent: Pairs


def field_named(fields: tuple[Field, ...], name: str, reading: Reading) -> Field | None:
    """As declared, or a declared alias; lenient: case, `_`, `-` and camelCase don't matter."""
    for field in fields:
        for declared in (field.name, *field.aliases):
            if name == declared or (reading is Reading.LENIENT and folded(name) == folded(declared)):
                return field
    return None


def rank(field: Field, name: str) -> int:
    """The order declared name, aliases; the declared name before other spellings of it."""
    return -1 if name == field.name else [folded(one) for one in (field.name, *field.aliases)].index(folded(name))


def folded(name: str) -> str:
    return "".join(one.lower() for one in name if one not in "_-.")


def are_indices(keys: Iterable[str]) -> bool:
    return all(re.fullmatch("[0-9]+", key) for key in keys)


def unflattened(fields: tuple[Field, ...], pairs: Sent, reading: Reading) -> Pairs:
    """`customer[name]`, `segments[0][agent_id]`, `segments.0.agent_id`, `tags[]`: nested as elements would be."""
    places: list[tuple[str, Place]] = []
    for name, value in pairs:
        root, *keys = split(name)
        field = field_named(fields, root, reading)
        has_parts = field is not None and (field.list or field.type is Type.OBJECT)
        # A declared name comes first; where the root is nothing that has parts, it is an unknown name as a whole.
        if field_named(fields, name, reading) is None and has_parts:
            places.append((root, (keys, value)))
        else:
            places.append((name, ([], value)))
    return _object(fields, places, reading)


def split(name: str) -> list[str]:
    """The name of a field, and the keys after it: `a[b].c` is a, b, c. A name of any other form is one of its own."""
    parts = re.fullmatch(r"([^\[\].]+)((?:\[[^\[\]]*\]|\.[^\[\].]+)*)", name)
    if parts is None:
        return [name]
    keys = re.findall(r"\[([^\[\]]*)\]|\.([^\[\].]+)", parts[2])
    return [parts[1], *(bracketed or dotted for bracketed, dotted in keys)]


def _object(fields: tuple[Field, ...], places: Sequence[tuple[str, Place]], reading: Reading) -> Pairs:
    pairs = Pairs()
    for name in {name: None for name, _ in places}:
        field = field_named(fields, name, reading)
        here = [place for one, place in places if one == name]
        values = _list(field, here, reading) if field and field.list else _single(field, here, reading)
        pairs += [(name, value) for value in values]
    return pairs


def _list(field: Field, places: Sequence[Place], reading: Reading) -> list[object]:
    """A list repeats its key, or numbers it: ordered by index, gaps closed up."""
    items = [value for keys, value in places if keys in ([], [""])]
    numbered = [(keys[0], (keys[1:], value)) for keys, value in places if keys not in ([], [""])]
    if not numbered:
        return items
    if not are_indices(key for key, _ in numbered):
        return [Misfit(_object((), numbered, reading))]
    for index in sorted({int(key) for key, _ in numbered}):
        values = _single(field, [place for key, place in numbered if int(key) == index], reading)
        items.append(values[0] if len(values) == 1 else values)  # not one item twice
    return [items]


def _single(field: Field | None, places: Sequence[Place], reading: Reading) -> list[object]:
    values = [value for keys, value in places if keys in ([], [""])]
    inside = [(keys[0], (keys[1:], value)) for keys, value in places if keys not in ([], [""])]
    if not inside:
        return values
    if reading is Reading.LENIENT and values == [""]:
        values = []  # of two names the one that is not absent
    return [*values, _object(field.fields if field else (), inside, reading)]

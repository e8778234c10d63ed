"""What a lenient reading keeps though the contract doesn't name it: under `extra`, as it was sent."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.model.bracketed import Branch
from gateway.model.field_reading import Pairs
from gateway.model.lexical import Unreadable

EXTRA = "extra"
"""The last key of the object that an unknown name stood in; no field may be called so."""


def plain(raw: object) -> object:
    """`raw` as JSON has it: of elements that hold elements, an object, with a list where a name is repeated."""
    match raw:
        case Pairs():
            gathered: dict[str, list[object]] = {}
            for name, value in raw:
                gathered.setdefault(name, []).append(plain(value))
            return {name: values[0] if len(values) == 1 else values for name, values in gathered.items()}
        case Branch() if raw.parts and not raw.values and raw.is_list():
            return [plain(item) for item in raw.items()]
        case Branch() if raw.parts:
            own = {"": plain(raw.values)} if raw.values else {}  # of the name itself
            return own | {step: plain(part) for step, part in raw.parts.items()}
        case Branch():
            values = [plain(value) for value in raw.values]
            return values[0] if len(values) == 1 else values
        case list():
            return [plain(item) for item in raw]
        case _:
            return raw


def listed(raw: object) -> object:
    """What was sent for a list, under a name that does not count: its values by their index, or the one there is."""
    if type(raw) is not Branch:
        return raw
    try:
        items = raw.items()
    except Unreadable:  # no list at all
        return raw
    return items[0] if len(items) == 1 and not raw.parts else items


def with_nul(extra: Mapping[str, object]) -> list[str]:
    """The names under which NUL was sent, which no database and no XML document takes."""
    return [name for name, value in extra.items() if "\0" in name or _has_nul(value)]


def _has_nul(value: object) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any("\0" in key or _has_nul(item) for key, item in value.items())
        case list():
            return any(map(_has_nul, value))
        case _:
            return False


def has_file(raw: object) -> bool:
    """Whether what was sent is an uploaded file, or holds one: JSON has no place for it."""
    match raw:
        case bytes():
            return True
        case list():
            return any(map(has_file, raw))
        case Branch():
            return any(map(has_file, [*raw.values, *raw.parts.values()]))
        case _:
            return False

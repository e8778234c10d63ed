"""What is different between two JSON documents, place by place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.model.canonical import canonical_json
from gateway.model.pointer import pointer


@dataclass(frozen=True, slots=True)
class Difference:
    """One place, by its JSON Pointer, with what was there and what is there now, as JSON; None where nothing."""

    path: str
    before: str | None
    after: str | None


_NOTHING = object()


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:  # noqa: ANN401 - JSON
    """Where `after` differs from `before`, in the order of `before`, then what was added.

    >>> list(differences({"a": 1, "b": [True]}, {"a": 2, "b": [True]}))
    [Difference(path='/a', before='1', after='2')]
    """
    match before, after:
        case dict(), dict():
            for name in before | after:
                yield from differences(before.get(name, _NOTHING), after.get(name, _NOTHING), path + pointer(name))
        case list(), list():
            for n in range(max(len(before), len(after))):
                yield from differences(_at(before, n), _at(after, n), f"{path}/{n}")
        case _:
            was, now = _shown(before), _shown(after)
            if was != now:
                yield Difference(path, was, now)


def _at(items: list[Any], place: int) -> Any:  # noqa: ANN401 - JSON
    return items[place] if place < len(items) else _NOTHING


def _shown(value: Any) -> str | None:  # noqa: ANN401 - JSON
    return None if value is _NOTHING else canonical_json(value).decode()

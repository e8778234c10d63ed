"""`#tags#`: text with places that a value fills."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

_TAG = re.compile(r"#([A-Za-z_][A-Za-z0-9_]*)(\?)?#")


@dataclass(frozen=True, slots=True)
class Template:
    """Text and tags in turn. A tag names a field of the event's data; `#name?#` is empty where it is absent."""

    text: str
    parts: tuple[tuple[str, str, bool], ...]
    """(text before, field, optional) for each tag, and a last part without a field."""

    @classmethod
    def of(cls, text: str) -> Template:
        """Compile `text`; what looks like no tag is text."""
        parts, end = [], 0
        for match in _TAG.finditer(text):
            parts.append((text[end : match.start()], match[1], bool(match[2])))
            end = match.end()
        return cls(text, (*parts, (text[end:], "", True)))

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that the tags name."""
        return tuple(name for _, name, _ in self.parts if name)

    def rendered(self, data: Mapping[str, object]) -> str | None:
        """The text with its tags filled, once; None where a tag that isn't optional has no value.

        >>> Template.of("call #id#").rendered({"id": "#id#"})
        'call #id#'
        >>> Template.of("call #id#").rendered({}) is None
        True
        """
        filled = []
        for before, name, optional in self.parts:
            filled.append(before)
            value = data.get(name) if name else None
            if value is not None:
                filled.append(_as_text(value))
            elif not optional:
                return None
        return "".join(filled)


def _as_text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)

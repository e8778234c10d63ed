"""`#tags#`: text with places that a value fills, once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from gateway.errors import Refused
from gateway.model.canonical import canonical_json
from gateway.model.forms import Form, Unfit, ZoneOf, no_zones
from gateway.model.scope import ABSENT, ROOTS, Path, Scope

TAG = re.compile(r"#([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*)(\?)?(?:\|([^#]+))?#")

Escape = Callable[[str], str]
"""What makes a value stand in its place as itself. Raises Unfit where it can't stand there at all."""


class Unresolved(Refused):
    """A tag without a value, or with one that can't stand in its place: trying again would not help."""


def as_it_is(text: str) -> str:
    """Where every character stands for itself."""
    return text


@dataclass(frozen=True, slots=True)
class Tag:
    """`#path.to.value#`; `#path?#` may be absent; `#path|form#` is written in that form."""

    path: Path
    is_optional: bool = False
    form: Form | None = None

    def __str__(self) -> str:
        """As it is written, but for its form."""
        return f"#{'.'.join(self.path)}{'?' * self.is_optional}#"

    def value(self, scope: Scope) -> object:
        """Its value, ABSENT where it has none and needs none. Raises Unresolved."""
        found = scope.value(self.path)
        if found is ABSENT and not self.is_optional:
            raise Unresolved(f"unresolved tag {self}")
        if self.form is None or found is ABSENT:
            return found
        try:
            return self.form.written(found)
        except Unfit as error:
            raise Unresolved(f"the value of {self} {error}") from None

    def text(self, scope: Scope, escape: Escape = as_it_is) -> str:
        """Its value as text that can stand in its place. Raises Unresolved."""
        found = self.value(scope)
        try:
            return "" if found is ABSENT else escape(as_text(found))
        except Unfit as error:
            raise Unresolved(f"the value of {self} {error}") from None


@dataclass(frozen=True, slots=True)
class Template:
    """Text and tags in turn."""

    parts: tuple[str | Tag, ...]

    @classmethod
    def of(cls, text: str, zone_of: ZoneOf = no_zones) -> Template:
        """Compile `text`; what looks like no tag is text. Raises ValueError for a form that there isn't."""
        parts: list[str | Tag] = []
        end = 0
        for match in TAG.finditer(text):
            form = Form.of(match[3], zone_of) if match[3] else None
            parts += [text[end : match.start()], Tag(tuple(match[1].split(".")), bool(match[2]), form)]
            end = match.end()
        return cls(tuple(part for part in (*parts, text[end:]) if part != ""))

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Its tags, in their order."""
        return tuple(part for part in self.parts if isinstance(part, Tag))

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the data that the tags name."""
        return tuple(tag.path[0] for tag in self.tags if tag.path[0] not in ROOTS)

    @property
    def only(self) -> Tag | None:
        """The tag that it is, where it is one and nothing else."""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], Tag) else None

    def rendered(self, data: Mapping[str, object]) -> str | None:
        """The text with tags of `data` filled, once; None where a tag that isn't optional has no value.

        >>> Template.of("call #id#").rendered({"id": "#id#"})
        'call #id#'
        >>> Template.of("call #id#").rendered({}) is None
        True
        """
        filled = []
        for part in self.parts:
            if isinstance(part, str):
                filled.append(part)
                continue
            value = data.get(part.path[0]) if len(part.path) == 1 else None
            if value is not None:
                filled.append(as_text(value))
            elif not part.is_optional:
                return None
        return "".join(filled)

    def text(self, scope: Scope, escape: Escape = as_it_is) -> str:
        """The text with every tag filled from `scope`, each value escaped for this place. Raises Unresolved."""
        return "".join(part if isinstance(part, str) else part.text(scope, escape) for part in self.parts)


def as_text(value: object) -> str:
    """A value of an event's data as text: lists and objects as JSON."""
    match value:
        case str():
            return str.__str__(value)
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case dict() | list():
            return canonical_json(value).decode()
        case _:
            return str(value)

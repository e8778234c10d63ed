"""What is known of one sender's habits: which of its texts say nothing, and which fields others tell.

Declared by the source (`absent`, `derive`), compiled for each event type, and followed by its lenient reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.model.contract import EventType, fold
from gateway.model.field_reading import ReadValue
from gateway.model.lexical import Unreadable
from gateway.model.patterns import Matcher
from gateway.model.template import Template

EVERY = "*"
"""Stands for every field."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """One way to tell a field: `template` of the data is matched by `pattern`, and gives `to`."""

    name: str
    """The field's."""
    template: Template
    pattern: Matcher
    to: str = r"\1"
    r"""What comes of it; `\1` is what the pattern's first part took."""
    events: frozenset[str] = frozenset()
    """The event types that it is for; none for all."""

    rewrites: bool = field(init=False)
    """Whether it writes anew what was sent for the field, rather than fill in for what was not."""

    def __post_init__(self) -> None:
        """Look at the template once."""
        object.__setattr__(self, "rewrites", self.name in self.template.names)

    def concerns(self, event: EventType) -> bool:
        """Whether it is for events of this type."""
        return not self.events or event.name in self.events

    def text(self, data: Mapping[str, object]) -> str | None:
        """What it tells of the field; None where it tells nothing."""
        rendered = self.template.rendered(data)
        found = self.pattern.fullmatch(rendered) if rendered else None
        return self.to.replace(r"\1", found.group(1) or "") if found is not None else None


@dataclass(frozen=True, slots=True)
class Rules:
    """The habits of one sender, as they concern one type of event; by default none."""

    every: Matcher | None = None
    """The texts that say nothing, whichever field they were sent for."""
    own: Mapping[str, Matcher] = field(default_factory=dict)
    """The same of single fields, by every name they go by, folded."""
    derivations: Sequence[Derivation] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self.every is not None or bool(self.own) or bool(self.derivations)

    def inside(self) -> Rules:
        """What holds of objects within the event."""
        return Rules(self.every)

    def of(self, event: EventType) -> Rules:
        """What of them concerns `event`."""
        fields = {one.name: one for one in event.fields}
        own = {
            fold(name): pattern
            for declared, pattern in self.own.items()
            if declared in fields
            for name in (declared, *fields[declared].aliases)
        }
        of_it = [one for one in self.derivations if one.name in fields and one.concerns(event)]
        return Rules(self.every, own, of_it)

    def telling(self, pairs: Iterable[tuple[str, object]]) -> Iterator[tuple[str, object]]:
        """Those of `pairs` that say something."""
        every, own = self.every, self.own
        for name, raw in pairs:
            if isinstance(raw, str):
                if every is not None and every.fullmatch(raw) is not None:
                    continue
                pattern = own.get(fold(name)) if own else None
                if pattern is not None and pattern.fullmatch(raw) is not None:
                    continue
            yield name, raw

    def derive(self, data: dict[str, object], readers: Mapping[str, ReadValue]) -> Collection[str]:
        """Fill in, or write anew, what others tell; the fields that were. The first way that tells one decides."""
        derived: set[str] = set()
        for one in self.derivations:
            if one.name in derived or (one.name in data) is not one.rewrites:
                continue
            text = one.text(data)
            try:
                value = readers[one.name](text) if text else None
            except Unreadable:  # a name that only looks as if it told something
                continue
            if value is not None:
                data[one.name] = value
                derived.add(one.name)
        return derived

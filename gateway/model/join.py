"""Joins: events that share a key are gathered, and make one new event once the last of them is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.model.gathering import Gathering
from gateway.model.route import Condition, ConditionError, matches
from gateway.model.scope import Scope
from gateway.model.template import Template, Unresolved

OURS = "/joins/"
"""What the CloudEvents source of an event begins with that a join makes; its name comes after it."""
MOST_GATHERED = 10_000
"""Events of one key that are looked at: what comes after them is counted, and not gathered."""


@dataclass(frozen=True, slots=True)
class Membership:
    """That an event belongs to a join's key."""

    join: str
    key: str
    ends: bool
    """Whether it is the one that ends the key."""
    settle: timedelta
    """How long stragglers have after the end."""
    longest: timedelta
    """How long the end is waited for."""


@dataclass(frozen=True, slots=True)
class Join:
    """Gathers the events of one key, and says what comes of them."""

    name: str
    events: tuple[str, ...]
    """Patterns of types; `*` stands for any part."""
    sources: frozenset[str] | None
    """CloudEvents sources; None for all."""
    key: Template
    until: Condition | None
    settle: timedelta
    longest: timedelta
    emits: str
    gathering: Gathering

    @property
    def source(self) -> str:
        """The CloudEvents source of what it makes."""
        return f"{OURS}{self.name}"

    def takes(self, source: str, event_type: str) -> bool:
        """Whether it gathers events of this type from this source; what it made itself, it does not."""
        is_from = self.sources is None or source in self.sources
        return is_from and source != self.source and any(matches(one, event_type) for one in self.events)

    def membership(self, scope: Scope) -> Membership | None:
        """Where an event belongs; nowhere where it has no key."""
        try:
            key = self.key.text(scope)
        except Unresolved:
            return None
        return Membership(self.name, key, self._ends(scope), self.settle, self.longest) if key else None

    def _ends(self, scope: Scope) -> bool:
        try:
            return self.until is not None and self.until(scope)
        except ConditionError:  # it can't be told, so the longest time will end it
            return False


@dataclass(frozen=True, slots=True)
class Joins:
    """All joins of a configuration; which of them may gather an event of some (source, type) is worked out once."""

    named: Mapping[str, Join] = field(default_factory=dict)
    _known: dict[tuple[str, str], Sequence[Join]] = field(default_factory=dict, repr=False)

    def memberships(self, scope: Scope) -> tuple[Membership, ...]:
        """Where an event belongs."""
        if not self.named:
            return ()
        key = (scope.event.source, scope.event.type)
        takers = self._known.get(key)
        if takers is None:
            takers = self._known[key] = [one for one in self.named.values() if one.takes(*key)]
        found = (join.membership(scope) for join in takers)
        return tuple(one for one in found if one is not None)

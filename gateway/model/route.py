"""Which events go where, and what of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.model.scope import Scope
from gateway.model.shape import Shape
from gateway.model.template import Template, Unresolved


class ConditionError(Exception):
    """Whether an event meets a condition can't be told. The message says which condition, and why."""


Condition = Callable[[Scope], bool]
"""Whether an event meets it. Raises ConditionError."""


@dataclass(frozen=True, slots=True)
class Route:
    """Events of some types, from some sources, on some condition, to some destinations, with some fields."""

    name: str
    events: tuple[str, ...]
    """Patterns of types; `*` stands for any part."""
    sources: frozenset[str] | None
    """CloudEvents sources; None for all."""
    destinations: tuple[str, ...]
    when: Condition | None = None
    fields: Shape | None = None
    """What it sends in place of the data."""
    is_active: bool = True
    """An inactive one takes no more events; what it has taken still goes its way."""

    def takes(self, source: str, event_type: str) -> bool:
        """Whether an event of `event_type` from `source` goes this way, if it meets the condition."""
        return self.is_from(source) and self.is_of(event_type)

    def why_not(self, scope: Scope) -> str:
        """Why it does not take an event; "" where it does. A condition that can't be told takes it, and says so."""
        if not self.is_active:
            return "it is inactive"
        if not self.is_from(scope.event.source):
            return f"it takes nothing from {scope.event.source}, but from {', '.join(sorted(self.sources or ()))}"
        if not self.is_of(scope.event.type):
            return f"it takes no {scope.event.type}, but {', '.join(self.events)}"
        try:
            return "" if self.when is None or self.when(scope) else f"its condition is not met: {self.when}"
        except ConditionError as error:
            return f"its condition can't be told, so there would be a dead letter: {error}"

    def is_from(self, source: str) -> bool:
        """Whether it takes events from `source`, a CloudEvents source."""
        return self.sources is None or source in self.sources

    def is_of(self, event_type: str) -> bool:
        """Whether it takes events of `event_type`."""
        return any(matches(pattern, event_type) for pattern in self.events)


@dataclass(frozen=True, slots=True)
class Duty:
    """One delivery to be made: by which route, to which destination."""

    route: str
    destination: str
    order_key: str | None = None
    """What it shares with those it may not overtake."""
    dead: str = ""
    """Why it is dead from the start: whether it was wanted could not be told."""


@dataclass(frozen=True, slots=True)
class Routes:
    """All routes of a configuration; which of them may take an event of some (source, type) is worked out once."""

    routes: Sequence[Route]
    orders: Mapping[str, Template] = field(default_factory=dict)
    """What deliveries to a destination are ordered by, where they are."""
    named: dict[str, Route] = field(init=False, repr=False)
    _known: dict[tuple[str, str], _Ways] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Index the names once."""
        object.__setattr__(self, "named", {route.name: route for route in self.routes})

    def duties_for(self, scope: Scope) -> tuple[Duty, ...]:
        """The deliveries that an event makes, in order of names of routes.

        One whose condition can't be told makes them all the same, dead: nothing is lost, and it is seen.
        """
        key = (scope.event.source, scope.event.type)
        ways = self._known.get(key)
        if ways is None:
            ways = self._known[key] = self._ways(*key)
        if ways.always is not None:
            return ways.always
        return tuple(duty for route in ways.routes for duty in self._duties(route, scope))

    def _ways(self, source: str, event_type: str) -> _Ways:
        by_name = sorted(self.routes, key=lambda route: route.name)
        routes = [route for route in by_name if route.is_active and route.takes(source, event_type)]
        duties = [Duty(route.name, destination) for route in routes for destination in route.destinations]
        depends = any(route.when for route in routes) or any(duty.destination in self.orders for duty in duties)
        return _Ways(routes, None if depends else tuple(duties))

    def _duties(self, route: Route, scope: Scope) -> list[Duty]:
        dead = ""
        try:
            if route.when is not None and not route.when(scope):
                return []
        except ConditionError as error:
            dead = f"its condition can't be told: {error}"
        return [Duty(route.name, name, self._order_key(name, scope), dead) for name in route.destinations]

    def _order_key(self, destination: str, scope: Scope) -> str | None:
        template = self.orders.get(destination)
        if template is None:
            return None
        try:
            return template.text(scope) or None
        except Unresolved:  # it is not ordered then
            return None


@dataclass(frozen=True, slots=True)
class _Ways:
    """The routes for one kind of event, and their duties where these are always the same."""

    routes: Sequence[Route]
    always: tuple[Duty, ...] | None


def matches(pattern: str, event_type: str) -> bool:
    """Whether a type is of a pattern, in which `*` stands for any part."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), event_type) is not None

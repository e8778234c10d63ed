"""Which events go where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Route:
    """Events of some types, from some sources, to some destinations."""

    name: str
    events: tuple[str, ...]
    """Patterns of types; `*` stands for any part."""
    sources: frozenset[str] | None
    """CloudEvents sources; None for all."""
    destinations: tuple[str, ...]

    def takes(self, source: str, event_type: str) -> bool:
        """Whether an event of `event_type` from `source` goes this way."""
        from_here = self.sources is None or source in self.sources
        return from_here and any(_matches(pattern, event_type) for pattern in self.events)


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
    """All routes in force; what each (source, type) leads to is worked out once."""

    routes: Sequence[Route]
    known: dict[tuple[str, str], tuple[Duty, ...]] = field(default_factory=dict, repr=False)

    def duties_for(self, source: str, event_type: str) -> tuple[Duty, ...]:
        """The deliveries an event of `event_type` from `source` (a CloudEvents source) makes, in order of names."""
        found = self.known.get((source, event_type))
        if found is None:
            found = self.known[source, event_type] = tuple(
                Duty(route.name, destination)
                for route in sorted(self.routes, key=lambda route: route.name)
                if route.takes(source, event_type)
                for destination in route.destinations
            )
        return found


def _matches(pattern: str, event_type: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), event_type) is not None

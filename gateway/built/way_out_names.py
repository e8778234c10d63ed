"""Whether what routes and destinations name is there: event types, fields in conditions, and every tag."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from gateway.condition import fields_in
from gateway.errors import ConfigError
from gateway.model.contract import Contract, EventType
from gateway.model.extra import EXTRA
from gateway.model.near import hint
from gateway.model.route import Route, Routes
from gateway.model.tag_names import faults, is_of_objects
from gateway.model.template import Tag
from gateway.outlet import Outlet
from gateway.settings import Settings


def unfounded(
    outlets: Mapping[str, Outlet], routes: Routes, settings: Settings, contracts: Mapping[str, Contract]
) -> Iterator[ConfigError]:
    """Every name that leads nowhere; `contracts` are those of the sources, by name."""
    made = {one.emits for one in settings.joins.values()}
    made |= {name for one in outlets.values() for name in getattr(one.destination, "makes", ())}
    for route in routes.routes:
        yield from _unsent(route, contracts, made)
        yield from _unknown_fields(route, settings.routes[route.name].when, contracts)
        if route.fields is not None:
            given = settings.routes[route.name].fields
            yield from _faults(f"routes.{route.name}.fields", route.fields.tags, list(_coming(route, contracts)), given)
    for name, outlet in outlets.items():
        leading = [route for route in routes.routes if name in route.destinations]
        coming = [event for route in leading for event in _coming(route, contracts)]
        named = {field for route in leading if route.fields is not None for field in route.fields.names}
        order = routes.orders.get(name)
        path, written = f"destinations.{name}", settings.destinations[name].options()
        yield from _faults(f"{path}.order_by", order.tags if order else (), coming)
        yield from _faults(path, getattr(outlet.destination, "tags", ()), coming, written, named)
        yield from _unreplaced(f"{path}.replace", getattr(outlet.destination, "replaced", ()), coming, named)


def _unsent(route: Route, contracts: Mapping[str, Contract], made: set[str]) -> Iterator[ConfigError]:
    """Event types that no source of an active route may send: it would wait for them for ever."""
    sent = {name for source, one in contracts.items() if route.is_from(f"/in/{source}") for name in one.events}
    sent |= made if sent and route.sources is None else set()
    for pattern in route.events if sent and route.is_active else ():
        if not any(replace(route, events=(pattern,)).is_of(one) for one in sent):
            yield ConfigError(
                f"routes.{route.name}.events", f"{pattern!r}: no source of this route sends it", hint(pattern, sent)
            )


def _unknown_fields(route: Route, when: str, contracts: Mapping[str, Contract]) -> Iterator[ConfigError]:
    known = {field.name for event in _coming(route, contracts) for field in event.fields}
    for name in fields_in(when) if known else ():
        if name not in known and name != EXTRA:
            message = f"data.{name}: no event type that comes here has it"
            yield ConfigError(f"routes.{route.name}.when", message, hint(name, known))


def _faults(
    path: str, tags: Iterable[Tag], events: list[EventType], written: object = None, named: Iterable[str] = ()
) -> Iterator[ConfigError]:
    for tag in tags:
        for fault in faults([tag], events, named):
            yield ConfigError(_place_of(tag, path, written) or path, fault)


def _unreplaced(path: str, replaced: Iterable[Tag], events: list[EventType], named: set[str]) -> Iterator[ConfigError]:
    """Replacements of what there is not, or of what is no value."""
    for tag in replaced:
        name = ".".join(tag.path)
        yield from _faults(f"{path}.{name}", [tag], events, named=named)
        if tag.path[0] not in named and is_of_objects(tag, events):
            message = f"{tag}: has fields of its own, and only values have replacements"
            yield ConfigError(f"{path}.{name}", message, f'name one of them: "{name}.NAME"')


def _place_of(tag: Tag, path: str, written: object) -> str | None:
    """Below `path`, where `tag` is written first."""
    match written:
        case str():
            is_there = re.search(rf"#{re.escape('.'.join(tag.path))}[#?|]", written)
            return path if is_there else None
        case dict():
            below = written.items()
        case list() | tuple():
            below = enumerate(written)  # type: ignore[assignment]
        case _:
            return None
    return next(filter(None, (_place_of(tag, f"{path}.{key}", one) for key, one in below)), None)


def _coming(route: Route, contracts: Mapping[str, Contract]) -> Iterator[EventType]:
    """The event types that `route` may take."""
    for source, contract in contracts.items():
        if route.is_from(f"/in/{source}"):
            yield from (event for name, event in contract.events.items() if route.is_of(name))

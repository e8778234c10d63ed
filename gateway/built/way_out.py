"""What the configuration says of the way out: destinations and routes, built, and every tag of theirs looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from gateway import plugins
from gateway.built.way_out_names import unfounded
from gateway.condition import Condition
from gateway.errors import ConfigError
from gateway.model.breaker import BreakerPolicy
from gateway.model.contract import Contract
from gateway.model.near import hint
from gateway.model.retry import STANDARD_WEBHOOKS, RetryPolicy
from gateway.model.route import Route, Routes
from gateway.model.shape import Shape
from gateway.model.template import Template
from gateway.outlet import Outlet
from gateway.settings import Document, Settings
from gateway.settings.destinations import BreakerSettings, DestinationSettings, RetrySettings, RouteSettings
from gateway.toml import checked
from gateway.values import zone_named


@dataclass(frozen=True, slots=True)
class WayOut:
    """Where events can go."""

    outlets: Mapping[str, Outlet]
    routes: Routes


def way_out(
    document: Document, settings: Settings, contracts: Mapping[str, Contract], problems: list[ConfigError]
) -> WayOut:
    """Destinations and routes. What is wrong goes to `problems`; `contracts` are those of the sources, by name."""
    outlets = each(settings.destinations, lambda name, one: _outlet(document, name, one), problems)
    routes = each(settings.routes, lambda name, one: _route(settings, name, one), problems)
    outlets = {name: replace(outlet, asks_for_call=_asks(outlet, routes.values())) for name, outlet in outlets.items()}
    orders = each(settings.destinations, _order, problems)
    made = Routes(list(routes.values()), {name: one for name, one in orders.items() if one is not None})
    if not problems:  # what could not be built is not looked into
        problems += unfounded(outlets, made, settings, contracts)
    return WayOut(outlets, made)


def each(tables: Mapping[str, Any], build: Callable[[str, Any], Any], problems: list[ConfigError]) -> dict[str, Any]:
    """What `build` makes of each table; what is wrong with it goes to `problems`."""
    built = {}
    for name, table in tables.items():
        try:
            built[name] = build(name, table)
        except ConfigError as error:
            problems += error.problems
    return built


def _outlet(document: Document, name: str, settings: DestinationSettings) -> Outlet:
    path = f"destinations.{name}"
    module = plugins.find("destinations", settings.kind, path)
    given: dict[str, Any] = settings.options()
    given |= {key: getattr(settings, key) for key in ("timeout", "debug") if key in module.Options.model_fields}
    options = checked(module.Options, given, path, document.folder, beside=DestinationSettings.model_fields)
    return Outlet(
        name=name,
        destination=module.Destination(name, options),
        retry=_retry(settings.retry),
        slots=settings.slots,
        timeout=settings.timeout,
        active=settings.active,
        holds=settings.on_dead == "hold",
        rate=settings.rate.paced() if settings.rate else None,
        breaker=_breaker(settings.breaker),
    )


def _asks(outlet: Outlet, routes: Iterable[Route]) -> bool:
    """Whether a delivery there needs the call: for its headers or its method, or as it came."""
    leading = [route.fields.tags for route in routes if outlet.name in route.destinations and route.fields is not None]
    tags = [*getattr(outlet.destination, "tags", ()), *chain.from_iterable(leading)]
    is_sent = getattr(outlet.destination, "needs_original", False)
    return is_sent or any(tag.path[0] == "request" and tag.path[1:] != ("operation",) for tag in tags)


def _retry(settings: RetrySettings) -> RetryPolicy:
    schedule = STANDARD_WEBHOOKS if settings.schedule == "standard-webhooks" else tuple(settings.schedule)
    return RetryPolicy(
        settings.first, settings.factor, settings.longest, settings.attempts, schedule, settings.max_age
    )  # fmt: skip


def _breaker(settings: BreakerSettings) -> BreakerPolicy:
    return BreakerPolicy(settings.failures, settings.share, settings.of, settings.rest, settings.longest)


def _order(name: str, settings: DestinationSettings) -> Template | None:
    if not settings.order_by:
        return None
    made: Template = _told(f"destinations.{name}.order_by", lambda: Template.of(settings.order_by, zone_named))
    return made


def _route(settings: Settings, name: str, route: RouteSettings) -> Route:
    problems = [
        ConfigError(f"routes.{name}.{place}", f"no {one!r} is configured", hint(one, known))
        for place, known, wanted in (
            ("to", settings.destinations, route.to),
            ("from", settings.sources, route.from_ or ()),
        )
        for one in wanted
        if one not in known
    ]
    problems += [
        ConfigError(f"routes.{name}.to", f"names {one!r} twice", "leave one out")
        for one, times in Counter(route.to).items()
        if times > 1
    ]
    if problems:
        raise ConfigError.of(problems)
    return Route(
        name,
        route.events,
        None if route.from_ is None else frozenset(f"/in/{one}" for one in route.from_),
        route.to,
        when=_told(f"routes.{name}.when", lambda: Condition.of(route.when)) if route.when else None,
        fields=_told(f"routes.{name}.fields", lambda: Shape.of(route.fields, zone_named)) if route.fields else None,
        is_active=route.active,
    )


def _told(path: str, made: Callable[[], Any]) -> Any:  # noqa: ANN401 - what is made
    """What `made` gives. Raises ConfigError, at `path`, for its ValueError."""
    try:
        return made()
    except ValueError as error:
        raise ConfigError(path, str(error), getattr(error, "hint", "")) from None

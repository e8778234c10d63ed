"""What the configuration says of joins, built, and every tag of theirs looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.built.way_out import each
from gateway.condition import Condition
from gateway.errors import ConfigError
from gateway.model.contract import Contract, EventType
from gateway.model.gathering import Each, Gathering, Looked, Taken
from gateway.model.join import Join, Joins
from gateway.model.near import hint
from gateway.model.route import matches
from gateway.model.shape import Shape
from gateway.model.tag_names import faults
from gateway.model.template import Tag, Template
from gateway.settings import Settings
from gateway.settings.joins import EachSettings, JoinSettings, LookedSettings, TakenSettings
from gateway.values import zone_named


def joins_of(settings: Settings, contracts: Mapping[str, Contract], problems: list[ConfigError]) -> Joins:
    """The joins. What is wrong goes to `problems`; `contracts` are those of the sources, by name."""
    made = each(settings.joins, lambda name, one: _join(settings, name, one), problems)
    for name, one in settings.joins.items():
        if name in made:
            problems += _unfounded(name, one, made[name], contracts)
    return Joins(made)


def _join(settings: Settings, name: str, table: JoinSettings) -> Join:
    path = f"joins.{name}"
    sources = None if table.from_ is None else frozenset(_source(settings, path, one) for one in table.from_)
    return Join(
        name=name,
        events=table.events,
        sources=sources,
        key=_compiled(f"{path}.key", lambda: Template.of(table.key, zone_named)),
        until=_compiled(f"{path}.until", lambda: Condition.of(table.until)) if table.until else None,
        settle=table.settle,
        longest=table.longest,
        emits=table.emits,
        gathering=Gathering({key: _field(f"{path}.fields.{key}", one) for key, one in table.fields.items()}),
    )


def _source(settings: Settings, path: str, name: str) -> str:
    if name not in settings.sources:
        raise ConfigError(f"{path}.from", f"no source {name!r}", hint(name, settings.sources))
    return f"/in/{name}"


def _field(path: str, table: EachSettings | TakenSettings | str) -> Each | Taken:
    match table:
        case EachSettings():
            fields = {name: _of_item(f"{path}.fields.{name}", one) for name, one in table.fields.items()}
            sort = _compiled(f"{path}.sort", lambda: Template.of(table.sort, zone_named)) if table.sort else None
            return Each(table.each, fields, sort)
        case TakenSettings():
            return Taken(_shape(f"{path}.value", table.value), table.of, is_first=table.take == "first")
        case _:
            return Taken(_shape(path, table))


def _of_item(path: str, table: LookedSettings | str) -> Shape | Looked:
    if isinstance(table, LookedSettings):
        return Looked(_shape(f"{path}.value", table.value), table.of, Template.of(table.on, zone_named))
    return _shape(path, table)


def _shape(path: str, value: object) -> Shape:
    return _compiled(path, lambda: Shape.of(value, zone_named))  # type: ignore[no-any-return]


def _compiled(path: str, compile_it: Any) -> Any:  # noqa: ANN401 - whatever it makes
    try:
        return compile_it()
    except ValueError as error:
        raise ConfigError(path, str(error), getattr(error, "hint", "")) from None


def _unfounded(name: str, table: JoinSettings, join: Join, contracts: Mapping[str, Contract]) -> Iterator[ConfigError]:
    """Tags that no event has; of types that no contract declares, as what a destination makes, nothing is known."""
    declared = [
        event
        for source, contract in contracts.items()
        for event in contract.events.values()
        if join.sources is None or f"/in/{source}" in join.sources
    ]
    for path, patterns, tags in _tags(f"joins.{name}", table, join):
        if all(any(matches(one, event.name) for event in declared) for one in patterns):
            coming = [event for event in declared if any(matches(one, event.name) for one in patterns)]
            yield from (ConfigError(path, fault) for tag in tags for fault in _faults(tag, coming))


def _faults(tag: Tag, coming: list[EventType]) -> Iterator[str]:
    """Only what none of them has: of a join, each event brings a part."""
    found = [list(faults([tag], [event])) for event in coming]
    if found and all(found):
        yield found[0][0]


def _tags(path: str, table: JoinSettings, join: Join) -> Iterator[tuple[str, tuple[str, ...], tuple[Tag, ...]]]:
    """Where tags stand, and the patterns of the types of which they are."""
    yield f"{path}.key", join.events, join.key.tags
    for name, field in join.gathering.fields.items():
        here = f"{path}.fields.{name}"
        if isinstance(field, Taken):
            of = join.events if field.of == ("*",) else field.of
            yield here, of, field.value.tags
            continue
        for inner, one in field.fields.items():
            there = f"{here}.fields.{inner}"
            if isinstance(one, Looked):
                yield there, one.of, (*one.value.tags, *one.on.tags)
            else:
                yield there, field.of, one.tags
    del table

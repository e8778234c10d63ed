"""What a source says of its events, looked up in its contract: fields and events that it doesn't have are told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from gateway.errors import ConfigError
from gateway.model.contract import Contract, Type
from gateway.model.idempotency import DIGEST
from gateway.model.near import hint, tag_hint
from gateway.model.rules import EVERY
from gateway.model.template import Template
from gateway.settings.habits import ClockSettings
from gateway.settings.sources import SourceSettings


def unknown_names(path: str, settings: SourceSettings, contract: Contract) -> Iterator[ConfigError]:
    """Every name in the source at `path` that its contract doesn't have."""
    return _Names(path, settings, contract).unknown()


def told_once(path: str, preset: str, problems: list[ConfigError], of_preset: Collection[str]) -> list[ConfigError]:
    """`problems` of the source at `path`; what keys `of_preset` name in vain is one, of the contract that lacks it."""
    of_both = {one.path.removeprefix(f"{path}."): one for one in problems}
    vain = [place for place in of_both if place.partition(".")[0] in of_preset]
    if not vain or "contract" in of_preset:
        return problems
    keys = sorted({place.partition(".")[0] for place in vain})
    places = dict.fromkeys(".".join(place.split(".")[:2]) for place in vain)
    lacks = ConfigError(
        f"{path}.contract",
        f"it lacks what preset {preset!r} names in {', '.join(places)}",
        f"leave it to the preset, or set {', '.join(keys)} here too",
    )
    return [lacks, *(one for place, one in of_both.items() if place not in vain)]


@dataclass(frozen=True, slots=True)
class _Names:
    path: str
    settings: SourceSettings
    contract: Contract

    def unknown(self) -> Iterator[ConfigError]:
        settings, path = self.settings, self.path
        return chain(
            self._tags(f"{path}.idempotency.key", settings.idempotency.key),
            self._fields(f"{path}.absent", settings.absent.keys() - {EVERY}),
            self._fields(f"{path}.derive", settings.derive),
            self._in_derivations(),
            self._in_clock(settings.clock) if settings.clock is not None else (),
            self._in_inferences(),
            self._in_guide(),
        )

    @property
    def _known(self) -> dict[str, Type]:
        return {one.name: one.type for event in self.contract.events.values() for one in event.fields}

    def _in_derivations(self) -> Iterator[ConfigError]:
        for name, ways in self.settings.derive.items():
            for place, one in enumerate(ways):
                there = f"{self.path}.derive.{name}" + (f".{place}" if len(ways) > 1 else "")
                yield from self._tags(f"{there}.from", one.source)
                yield from self._events(f"{there}.events", set(one.events) - self.contract.events.keys())

    def _in_clock(self, clock: ClockSettings) -> Iterator[ConfigError]:
        yield from self._tags(f"{self.path}.clock.from", clock.source)
        dated = [name for name, kind in self._known.items() if kind is Type.DATE_TIME]
        if clock.beside not in dated:
            what = f"{clock.beside!r} is no date-time field"
            yield ConfigError(f"{self.path}.clock.beside", what, hint(clock.beside, dated))

    def _in_inferences(self) -> Iterator[ConfigError]:
        for place, one in enumerate(self.settings.infer):
            there = f"{self.path}.infer.{place}"
            yield from self._events(f"{there}.event", self._unnamed(one.event))
            event = self.contract.event_named(one.event)
            known = [field.name for field in event.fields] if event is not None else one.has
            for name in sorted(set(one.has) - set(known)):
                yield ConfigError(f"{there}.has", f"{name!r} is no field of {one.event}", hint(name, known))

    def _in_guide(self) -> Iterator[ConfigError]:
        services = self.settings.guide.services if self.settings.guide is not None else ()
        for place, one in enumerate(services):
            there = f"{self.path}.guide.services.{place}"
            yield from self._events(f"{there}.event", self._unnamed(one.event))
            event = self.contract.event_named(one.event)
            if event is not None and one.path and self.contract.event_named(one.path) is not event:
                what = f"{one.path!r} does not name {event.name}"
                yield ConfigError(f"{there}.path", what, hint(one.path, [event.path, *event.aliases]))

    def _unnamed(self, name: str) -> list[str]:
        return [name] if self.contract.event_named(name) is None else []

    def _tags(self, path: str, text: str) -> Iterator[ConfigError]:
        for tag in Template.of(text).names if text != DIGEST else ():
            if tag not in self._known:
                yield ConfigError(path, f"#{tag}# is no field of this source's events", tag_hint(tag, self._known))

    def _fields(self, path: str, names: Iterable[str]) -> Iterator[ConfigError]:
        for name in sorted(set(names) - self._known.keys()):
            yield ConfigError(f"{path}.{name}", "is no field of this source's events", hint(name, self._known))

    def _events(self, path: str, missing: Iterable[str]) -> Iterator[ConfigError]:
        for name in sorted(missing):
            yield ConfigError(path, f"the contract has no event {name!r}", hint(name, self.contract.events))

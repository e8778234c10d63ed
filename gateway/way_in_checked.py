"""What a source says of its events, looked up in its contract: fields and events that it doesn't have are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
            yield from self._events(f"{self.path}.infer.{place}.event", self._unnamed(one.event))
            yield from self._fields(f"{self.path}.infer.{place}.has", one.has)

    def _in_guide(self) -> Iterator[ConfigError]:
        services = self.settings.guide.services if self.settings.guide is not None else ()
        for place, one in enumerate(services):
            there = f"{self.path}.guide.services.{place}"
            yield from self._events(f"{there}.event", self._unnamed(one.event))
            yield from self._events(f"{there}.path", self._unnamed(one.path) if one.path else ())

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

"""The composition root: settings in, a Gateway out. The only file that builds things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from uuid_utils import uuid7

from gateway.built.joins import joins_of
from gateway.built.source import way_in
from gateway.built.way_out import each, way_out
from gateway.contracts.load import load
from gateway.current import Current
from gateway.errors import ConfigError
from gateway.model.contract import Contract
from gateway.model.field_reading import Reading
from gateway.model.near import hint
from gateway.model.reading import Reader
from gateway.model.retention import Ages, Policy
from gateway.pipeline import Gateway
from gateway.settings import Document, Settings
from gateway.settings.retention import RetentionAges
from gateway.settings.sources import SourceSettings
from gateway.soap.declared import DeclaredService
from gateway.source import Source
from gateway.store.revisions import Revisions


@dataclass
class Workshop:
    """Builds Gateways, and keeps what is dear to build: a Spyne application is never given back to memory whole."""

    contracts: dict[str, Contract] = field(default_factory=dict)
    services: dict[tuple[str, Reading, str, str], DeclaredService] = field(default_factory=dict)
    debugged: frozenset[str] = frozenset()
    """Destinations that are debugged whatever the configuration says."""

    def build(self, document: Document, revision: int) -> Gateway:
        """The Gateway that `document` describes. Raises ConfigError with every problem."""
        with document.placed():
            return self._build(document, document.settings(), revision)

    def _build(self, document: Document, settings: Settings, revision: int) -> Gateway:
        for name in self.debugged & settings.destinations.keys():
            settings.destinations[name] = settings.destinations[name].model_copy(update={"debug": True})
        problems: list[ConfigError] = []
        sources = each(settings.sources, lambda name, one: self._source(document, name, one), problems)
        out = way_out(document, settings, {name: one.contract for name, one in sources.items()}, problems)
        joins = joins_of(settings, {name: one.contract for name, one in sources.items()}, problems)
        policy = _policy(settings, problems)
        if problems:
            raise ConfigError.of(problems)
        return Gateway(revision, sources, out.outlets, out.routes, lambda: str(uuid7()), policy, joins)

    def _source(self, document: Document, name: str, settings: SourceSettings) -> Source:
        text = document.text(settings.contract, f"sources.{name}.contract")
        contract = self.contracts.get(text) or self.contracts.setdefault(text, load(text, settings.contract))

        def service_of(reading: Reading, readers: Callable[[], Mapping[str, Reader]]) -> DeclaredService:
            habits = settings.model_dump_json(include=_HABITS) if reading is Reading.LENIENT else ""
            key = (text, reading, str(settings.time_zone), habits)
            return self.services.get(key) or self.services.setdefault(key, DeclaredService(contract, readers()))

        return way_in(document, name, settings, contract, service_of)


_HABITS = {"absent", "derive"}
"""The settings of a source that its readers follow, besides its time zone."""


def current(workshop: Workshop, document: Document, revision: int, revisions: Revisions) -> Current:
    """The Gateway of `document`, and how to build each newer revision of it."""
    return Current(
        workshop.build(document, revision),
        lambda number: workshop.build(Document(revisions.files(number), document.folder), number),
    )


def _policy(settings: Settings, problems: list[ConfigError]) -> Policy:
    retention = settings.retention
    problems += [
        ConfigError(f"retention.sources.{name}", "no such source", hint(name, settings.sources))
        for name in retention.sources.keys() - settings.sources.keys()
    ]
    sources = {name: _ages(one, retention) for name, one in retention.sources.items()}
    return Policy(_ages(retention, retention), sources)


def _ages(own: RetentionAges, over: RetentionAges) -> Ages:
    events = own.events or over.events
    dead = own.dead or over.dead or events
    return Ages(events, dead, own.refused or over.refused, own.quarantined or over.quarantined or dead)

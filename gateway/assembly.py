"""The composition root: settings in, a Gateway out. The only file that builds things."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from uuid_utils import uuid7

from gateway import plugins
from gateway.authenticators import AnyOf, Authenticator
from gateway.bindings.http import HttpBinding
from gateway.bindings.soap import SoapBinding
from gateway.contracts.load import load
from gateway.current import Current
from gateway.errors import ConfigError
from gateway.model.contract import Contract
from gateway.model.field_reading import Reading
from gateway.model.idempotency import Idempotency
from gateway.model.mapping import Mapping as EventMapping
from gateway.model.near import hint, tag_hint
from gateway.model.reading import Reader, reader_for
from gateway.model.request import Dialect
from gateway.model.retention import Ages, Policy
from gateway.model.template import Template
from gateway.pipeline import Gateway, Source
from gateway.settings import Document, Settings
from gateway.settings.retention import RetentionAges
from gateway.settings.sources import IdempotencySettings, SourceSettings
from gateway.soap.declared import DeclaredService
from gateway.store.place import Place, place_named
from gateway.store.revisions import Revisions
from gateway.toml import Kind, checked
from gateway.way_out import each, way_out


@dataclass
class Workshop:
    """Builds Gateways, and keeps what is dear to build: a Spyne application is never given back to memory whole."""

    contracts: dict[str, Contract] = field(default_factory=dict)
    services: dict[tuple[str, Reading, str], DeclaredService] = field(default_factory=dict)
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
        policy = _policy(settings, problems)
        if problems:
            raise ConfigError.of(problems)
        return Gateway(revision, sources, out.outlets, out.routes, lambda: str(uuid7()), policy)

    def _source(self, document: Document, name: str, settings: SourceSettings) -> Source:
        path = f"sources.{name}"
        text = document.text(settings.contract, f"{path}.contract")
        contract = self.contracts.get(text) or self.contracts.setdefault(text, load(text, settings.contract))
        over_http = settings.reading or Reading.LENIENT
        soap = SoapBinding(self._service(text, contract, settings.reading or Reading.STRICT, settings.time_zone))
        http = HttpBinding(
            contract,
            _readers(contract, over_http, settings.time_zone),
            over_http,
            settings.accepted_status,
            settings.event_from,
        )
        return Source(
            name=name,
            contract=contract,
            authenticator=_authenticator(document, f"{path}.authenticate", settings.authenticate),
            bindings={Dialect.HTTP: http, Dialect.SOAP11: soap, Dialect.SOAP12: soap},
            mapping=EventMapping.of(name, contract),
            max_body=settings.max_body,
            rate=settings.rate,
            documents_are_public=settings.documents == "public",
            idempotency=_idempotency(f"{path}.idempotency.key", settings.idempotency, contract),
        )

    def _service(self, text: str, contract: Contract, reading: Reading, zone: tzinfo) -> DeclaredService:
        key = (text, reading, str(zone))
        if key not in self.services:
            self.services[key] = DeclaredService(contract, _readers(contract, reading, zone))
        return self.services[key]


def current(workshop: Workshop, document: Document, revision: int, revisions: Revisions) -> Current:
    """The Gateway of `document`, and how to build each newer revision of it."""
    return Current(
        workshop.build(document, revision),
        lambda number: workshop.build(Document(revisions.files(number), document.folder), number),
    )


def place_of(settings: Settings, folder: Path) -> Place:
    """Where the database is."""
    return place_named(settings.database, folder, folder / settings.data_dir)


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
    return Ages(events, own.dead or over.dead or events, own.refused or over.refused)


def _authenticator(document: Document, path: str, kinds: Kind | tuple[Kind, ...]) -> Authenticator:
    if isinstance(kinds, Kind):
        module = plugins.find("authenticators", kinds.kind, path)
        made: Authenticator = module.Authenticator(
            checked(module.Options, kinds.options(), path, document.folder, beside=("kind",))
        )
        return made
    tables = {f"{path}.{place}": kind for place, kind in enumerate(kinds)}
    problems = [
        ConfigError(there, "lets everybody in, so the others mean nothing", "leave it out, or the others")
        for there, kind in tables.items()
        if kind.kind == "anonymous" and len(tables) > 1
    ]
    built = each(tables, lambda there, kind: _authenticator(document, there, kind), problems)
    if problems:
        raise ConfigError.of(problems)
    return AnyOf(list(built.values()))


def _idempotency(path: str, settings: IdempotencySettings, contract: Contract) -> Idempotency:
    fields = {one.name for event in contract.events.values() for one in event.fields}
    for tag in Template.of(settings.key).names:
        if tag not in fields:
            raise ConfigError(path, f"#{tag}# is no field of this source's events", tag_hint(tag, fields))
    return Idempotency(settings.key, settings.window, settings.on_reuse)


def _readers(contract: Contract, reading: Reading, zone: tzinfo) -> dict[str, Reader]:
    return {name: reader_for(event, reading, zone) for name, event in contract.events.items()}

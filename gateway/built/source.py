"""The way in: a source as it is configured becomes one that is ready to be called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from gateway import plugins
from gateway.authenticators import AnyOf, Authenticator
from gateway.bindings import Binding
from gateway.bindings.http import HttpBinding
from gateway.bindings.soap import SoapBinding
from gateway.built.guide import guide_of
from gateway.built.habits import clock_of, inference_of, rules_of, templates_of
from gateway.built.source_names import told_once, unknown_names
from gateway.built.way_out import each
from gateway.errors import ConfigError
from gateway.model.contract import Contract
from gateway.model.field_reading import Reading
from gateway.model.idempotency import Idempotency
from gateway.model.mapping import Mapping as EventMapping
from gateway.model.mending import JsonTemplate
from gateway.model.reading import Reader, reader_for
from gateway.model.request import Dialect
from gateway.model.rules import Rules
from gateway.settings import Document
from gateway.settings.sources import SourceSettings
from gateway.soap.declared import DeclaredService
from gateway.source import Source
from gateway.toml import Kind, checked

ServiceOf = Callable[[Reading, Callable[[], Mapping[str, Reader]]], DeclaredService]
"""The Spyne service of a contract, whose calls are read so, by these readers, made where it is not there yet."""


def way_in(
    document: Document, name: str, settings: SourceSettings, contract: Contract, service_of: ServiceOf
) -> Source:
    """The source of this name. Raises ConfigError with every problem."""
    path = f"sources.{name}"
    problems = list(unknown_names(path, settings, contract))
    if problems and settings.preset:
        problems = told_once(path, settings.preset, problems, document.keys_of_preset(name))
    templates = templates_of(document, path, settings, problems)
    built = each({f"{path}.authenticate": settings.authenticate}, _authenticator_in(document), problems)
    if problems:
        raise ConfigError.of(problems)
    repeats = settings.idempotency
    return Source(
        name=name,
        contract=contract,
        authenticator=next(iter(built.values())),
        bindings=_bindings(settings, contract, service_of, templates),
        mapping=replace(EventMapping.of(name, contract), clock=clock_of(settings.clock)),
        max_body=settings.max_body,
        rate=settings.rate,
        documents_are_public=settings.documents == "public",
        idempotency=Idempotency(repeats.key, repeats.window, repeats.on_reuse),
        quarantines=settings.on_invalid == "quarantine",
        origins=frozenset(settings.origins),
        guide=guide_of(settings.guide, settings.authenticate, contract),
    )


def _bindings(
    settings: SourceSettings, contract: Contract, service_of: ServiceOf, templates: Sequence[JsonTemplate]
) -> Mapping[Dialect, Binding]:
    rules = rules_of(settings)
    readers = cache(lambda reading: _readers(contract, reading, settings, rules))
    over_http, over_soap = settings.reading or Reading.LENIENT, settings.reading or Reading.STRICT
    soap = SoapBinding(
        service_of(over_soap, lambda: readers(over_soap)),
        over_soap,
        settings.event_from,
        answers_text=settings.soap_answer == "text",
    )
    http = HttpBinding(
        contract,
        readers(over_http),
        over_http,
        settings.accepted_status,
        settings.event_from,
        templates,
        tuple(inference_of(one, contract) for one in settings.infer),
        rules,
    )
    return {Dialect.HTTP: http, Dialect.SOAP11: soap, Dialect.SOAP12: soap}


def _authenticator_in(document: Document) -> Callable[[str, Kind | tuple[Kind, ...]], Authenticator]:
    return lambda path, kinds: _authenticator(document, path, kinds)


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
    built = each(tables, _authenticator_in(document), problems)
    if problems:
        raise ConfigError.of(problems)
    return AnyOf(list(built.values()))


def _readers(contract: Contract, reading: Reading, settings: SourceSettings, rules: Rules) -> dict[str, Reader]:
    return {name: reader_for(event, reading, settings.time_zone, rules) for name, event in contract.events.items()}

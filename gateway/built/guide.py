"""The guide of a source, as its configuration has it: with its events' own words, and where its secrets are."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.model.contract import Contract
from gateway.model.guide import Guide, Row, Service
from gateway.settings.habits import GuideService, GuideSettings
from gateway.toml import Kind


def guide_of(settings: GuideSettings | None, kinds: Kind | tuple[Kind, ...], contract: Contract) -> Guide | None:
    """What is entered over there; None where the source has no guide. No secret is in it."""
    if settings is None:
        return None
    first = kinds if isinstance(kinds, Kind) else kinds[0]
    return Guide(
        title=settings.title,
        where=settings.where,
        first=settings.first,
        form=settings.form,
        credentials=tuple(_credentials(first)),
        last=settings.last,
        services=[_service(one, contract) for one in settings.services],
    )


def _service(settings: GuideService, contract: Contract) -> Service:
    event = contract.event_named(settings.event)
    assert event is not None
    path = settings.path or event.path
    return Service(event.name, event.doc, path, settings.bind, settings.when, settings.fields)


def _credentials(kind: Kind) -> Iterator[Row]:
    options = kind.options()
    match kind.kind:
        case "anonymous":
            yield "Authentication", "none: anybody may call"
        case "basic":
            yield "Authentication: user", str(options.get("user"))
            yield "Authentication: password", _whereabouts(options.get("password"))
        case "api_key" if "header" in options:
            yield f"Header {options['header']}", _whereabouts(options.get("key"))
        case "api_key":
            yield f"URL parameter {options.get('query')}", _whereabouts(options.get("key"))
        case "bearer":
            yield "Header Authorization", f"Bearer, a blank, and {_whereabouts(options.get('token'))}"
        case other:
            yield "Authentication", f"as the kind {other!r} wants it"


def _whereabouts(reference: object) -> str:
    """Where a secret is, for whoever may look there."""
    match reference:
        case [newest, *_]:
            return _whereabouts(newest)
        case {"env": name}:
            return f"the value of {name} in the gateway's environment"
        case {"file": path}:
            return f"what the gateway's file {path} holds"
        case _:
            return "the secret"

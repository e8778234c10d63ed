"""What a source's configuration says of its sender's habits, compiled."""

from __future__ import annotations

from gateway.built.way_out import each
from gateway.errors import ConfigError
from gateway.model.clock import Clock
from gateway.model.contract import Contract
from gateway.model.guide import json_body
from gateway.model.inference import Inference
from gateway.model.mending import JsonTemplate
from gateway.model.patterns import compiled
from gateway.model.rules import EVERY, Derivation, Rules
from gateway.model.template import Template
from gateway.settings import Document
from gateway.settings.habits import ClockSettings, InferSettings
from gateway.settings.sources import SourceSettings

_SUCH_AS = "a body with tags, such as '{\"call_id\": \"#uii#\"}', or a file of it: 'post-call.json'"


def rules_of(settings: SourceSettings) -> Rules:
    """Which texts say nothing, and which fields others tell."""
    own = {name: compiled(pattern) for name, pattern in settings.absent.items()}
    derivations = [
        Derivation(name, Template.of(one.source), compiled(one.pattern), one.to, frozenset(one.events))
        for name, ways in settings.derive.items()
        for one in ways
    ]
    return Rules(own.pop(EVERY, None), own, derivations)


def clock_of(settings: ClockSettings | None) -> Clock | None:
    """The time of a known zone that events have."""
    if settings is None:
        return None
    return Clock(Template.of(settings.source), compiled(settings.pattern), settings.time_zone, settings.beside)


def inference_of(settings: InferSettings, contract: Contract) -> Inference:
    """Which event a call is that names none; its name is known to be one of the contract's."""
    event = contract.event_named(settings.event)
    assert event is not None
    return Inference(event, frozenset(settings.has))


def templates_of(
    document: Document, path: str, settings: SourceSettings, problems: list[ConfigError]
) -> tuple[JsonTemplate, ...]:
    """The JSON bodies that the sender is set up with: the guide's, and the operator's own."""
    guide = settings.guide.services if settings.guide is not None else ()
    texts = {f"{path}.guide.services.{place}": json_body(one.fields) for place, one in enumerate(guide)}
    texts |= {f"{path}.templates.{place}": one for place, one in enumerate(settings.templates)}

    def template(there: str, text: str) -> JsonTemplate:
        is_body = text.lstrip().startswith(("{", "["))
        if not is_body and not ("." in text or "/" in text):
            raise ConfigError(there, "is neither a body nor the name of a file", _SUCH_AS)
        try:
            return JsonTemplate.of(text if is_body else document.text(text, there))
        except ValueError as error:
            raise ConfigError(there, str(error), _SUCH_AS) from None

    return tuple(each(texts, template, problems).values())

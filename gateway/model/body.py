"""The body of what goes out: in which form, and made of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

from gateway.errors import Refused
from gateway.model import xml_text
from gateway.model.canonical import canonical_json
from gateway.model.event import STRUCTURED
from gateway.model.forms import ZoneOf, no_zones
from gateway.model.payload import JSON, Payload
from gateway.model.places import in_query
from gateway.model.rest import rest_of
from gateway.model.shape import Shape
from gateway.model.template import Tag, Template, as_text


class Format(StrEnum):
    """The forms there are."""

    CLOUDEVENT = "cloudevent"
    """CloudEvents, structured mode."""
    BINARY = "binary"
    """CloudEvents, binary mode: the data alone, the attributes as headers."""
    BATCH = "batch"
    """CloudEvents, a batch of one."""
    JSON = "json"
    FORM = "form"
    QUERY = "query"
    """Parameters of the URL, and no body."""
    XML = "xml"
    TEXT = "text"
    RAW = "raw"
    """The call that brought the event, byte for byte."""


_OF_EVENTS = (Format.CLOUDEVENT, Format.BINARY, Format.BATCH, Format.RAW)
_TYPES = {
    Format.FORM: "application/x-www-form-urlencoded",
    Format.XML: "application/xml; charset=utf-8",
    Format.TEXT: "text/plain; charset=utf-8",
}
_MOST_LEVELS = 64


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is sent of one payload."""

    content: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """A format, and what is written in it: the payload's data, or what a text or table of the configuration says."""

    format: Format | None = None
    """None is the payload's own: a CloudEvent, or binary mode where a route gives fields."""
    given: Shape | Template | xml_text.XmlText | None = None
    sends_all: bool = False
    """Whether all else that the event has goes along."""
    beside: frozenset[str] = frozenset()
    """Names that are sent elsewhere, and not once more."""

    @classmethod
    def of(cls, format_: Format | None, given: object, zone_of: ZoneOf = no_zones) -> Body:
        """Of a destination's `format` and `body`. Raises ValueError."""
        if given is None:
            if format_ is Format.TEXT:
                raise ValueError("a text needs a `body` that says it")
            return cls(format_)
        if format_ in _OF_EVENTS:
            raise ValueError(f"is written by the format {format_} itself: leave it out, or choose json, form, xml, …")
        if not isinstance(given, str):
            if format_ is Format.TEXT:
                raise ValueError("of a text must be text")
            return cls(format_ or Format.JSON, Shape.of(given, zone_of))
        match format_:
            case None:
                raise ValueError("is text, so `format` must say of which kind: json, form, query, xml or text")
            case Format.JSON:
                return cls(format_, Shape.of_json(given, zone_of))
            case Format.XML:
                return cls(format_, xml_text.XmlText.of(given, zone_of))
            case Format.TEXT:
                return cls(format_, Template.of(given, zone_of))
            case _:
                return cls(format_, Shape.of(_pairs(given), zone_of))

    def with_rest(self, parameters: Iterable[str] = ()) -> Body:
        """The same, with all else that the event has; the URL has `parameters` already. Raises ValueError."""
        match self.format, self.given:
            case Format.RAW, _:
                raise ValueError("the call is sent as it came: nothing can be added to it")
            case ((None | Format.CLOUDEVENT | Format.BINARY | Format.BATCH), None):
                raise ValueError(
                    "the whole event is sent already: leave it out, or say a format: json, form, query, xml"
                )
            case Format.TEXT, _:
                raise ValueError("a text has no names, so nothing can be added to it: choose json, form, query or xml")
            case _, xml_text.XmlText() if not self.given.is_open:
                raise ValueError("the body must end with its root's end tag, such as </call>: the rest goes before it")
            case _, Shape() if not self.given.is_object:
                raise ValueError("the body is a list, and only to a table can names be added")
        beside = frozenset(parameters) if self.format is Format.QUERY else frozenset()
        return replace(self, given=self.given or Shape.of({}), sends_all=True, beside=beside)

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag in it."""
        return self.given.tags if self.given is not None else ()

    @property
    def needs_original(self) -> bool:
        """Whether the call that brought the event is what is sent."""
        return self.format is Format.RAW

    def rendered(self, payload: Payload) -> Rendered:
        """What is sent of `payload`. Raises Unresolved, Refused."""
        match self.format:
            case None if payload.scope.fields is None:
                return Rendered(payload.body, payload.content_type)
            case None | Format.BINARY:
                return Rendered(payload.data, JSON, payload.attributes)
            case Format.CLOUDEVENT:
                return Rendered(payload.event.structured(payload.data), STRUCTURED)
            case Format.BATCH:
                whole = payload.event.structured(payload.data)
                return Rendered(b"[" + whole + b"]", "application/cloudevents-batch+json")
            case Format.RAW:
                return _raw(payload)
            case _:
                return self._written(payload, self.format)

    def _written(self, payload: Payload, format_: Format) -> Rendered:
        match self.given:
            case Template():
                return Rendered(self.given.text(payload.scope).encode("utf-8", "replace"), _TYPES[format_])
            case xml_text.XmlText():
                text = self.given.text(payload.scope, xml_text.elements(self._rest(payload, self.given.names)))
                return Rendered(text.encode("utf-8", "replace"), _TYPES[format_])
            case Shape():
                value = self.given.rendered(payload.scope)
                value = {**value, **self._rest(payload, self.given.names)} if self.sends_all else value
            case _:
                value = payload.scope.data if payload.scope.fields is None else payload.scope.fields
        if format_ is Format.JSON:
            return Rendered(canonical_json(value), JSON)
        if format_ is Format.XML:
            return Rendered(xml_text.document(value, payload).encode(), _TYPES[format_])
        pairs = in_query(flat(value))
        if format_ is Format.QUERY:
            return Rendered(query=pairs)
        return Rendered(pairs.encode(), _TYPES[format_])

    def _rest(self, payload: Payload, named: Iterable[str]) -> dict[str, Any]:
        return rest_of(payload.scope, self.beside.union(named)) if self.sends_all else {}


def flat(value: object, name: str = "", level: int = 0) -> Iterator[tuple[str, str]]:
    """Nested data as parameters: `customer[name]`, a list of values by repeating its key, one of objects by place.

    >>> list(flat({"id": 1, "tags": ["a", "b"], "who": {"name": "Zoë"}, "legs": [{"to": 7}]}))
    [('id', '1'), ('tags', 'a'), ('tags', 'b'), ('who[name]', 'Zoë'), ('legs[0][to]', '7')]
    """
    if level > _MOST_LEVELS:
        raise Refused("the data has too many levels for a form")
    match value:
        case dict():
            for key, one in value.items():
                yield from flat(one, f"{name}[{key}]" if name else key, level + 1)
        case list():
            for place, one in enumerate(value):
                yield from flat(one, f"{name}[{place}]" if isinstance(one, dict | list) else name, level + 1)
        case None:
            return
        case _:
            yield name, as_text(value)


def _pairs(text: str) -> dict[str, Any]:
    """A form's text as a table; a key that comes again is a list."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _raw(payload: Payload) -> Rendered:
    original = payload.scope.original()
    if original is None:
        raise Refused("the call that brought the event is no longer kept")
    return Rendered(original.body, original.content_type)

"""XML that goes out: a text of the configuration with tags, or the data itself as elements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.parsers import expat

from gateway.model.contract import element_of
from gateway.model.forms import Unfit, ZoneOf, no_zones
from gateway.model.places import in_xml
from gateway.model.template import Tag, Template, Unresolved, as_text

if TYPE_CHECKING:
    from gateway.model.payload import Payload
    from gateway.model.scope import Scope

_NAME = re.compile(r"(?!xml)[A-Za-z_][A-Za-z0-9_.-]*", re.IGNORECASE)
"""A name that needs no namespace, and that nobody has reserved (Namespaces in XML §3)."""
_MARK = "tag{}mark"


@dataclass(frozen=True, slots=True)
class XmlText:
    """Well-formed XML whose tags stand in text and in attributes' values, and nowhere else."""

    _template: Template

    @classmethod
    def of(cls, text: str, zone_of: ZoneOf = no_zones) -> XmlText:
        """Compile `text`. Raises ValueError where it is no XML, or has a tag in another place."""
        template = Template.of(text, zone_of)
        _check(template)
        return cls(template)

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag in it."""
        return self._template.tags

    def text(self, scope: Scope) -> str:
        """The document, each value escaped. Raises Unresolved."""
        return self._template.text(scope, in_xml)


def _check(template: Template) -> None:
    marks = {_MARK.format(place): part for place, part in enumerate(template.parts) if isinstance(part, Tag)}
    text = "".join(part if isinstance(part, str) else _MARK.format(place) for place, part in enumerate(template.parts))
    found: list[str] = []
    parser = expat.ParserCreate()
    section: list[bool] = []

    def started(_name: str, attributes: dict[str, str]) -> None:
        found.extend(attributes.values())

    def said(data: str) -> None:
        if not section:
            found.append(data)

    def declared(*_parts: object) -> None:
        raise ValueError("has a DOCTYPE, which receivers refuse")

    def opened(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise ValueError(f"says that it is {encoding}; it is sent as UTF-8")

    parser.XmlDeclHandler = opened
    parser.StartElementHandler = started
    parser.CharacterDataHandler = said
    parser.StartDoctypeDeclHandler = declared
    parser.StartCdataSectionHandler = lambda: section.append(True)
    parser.EndCdataSectionHandler = section.clear
    parser.buffer_text = True
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise ValueError(f"is no well-formed XML: {error}") from None
    whole = "\n".join(found)
    for mark, tag in marks.items():
        if mark not in whole:
            raise ValueError(f"has {tag} where no value can stand: in a name, a comment or a CDATA section")


def document(value: object, payload: Payload) -> str:
    """Data as an XML document: its root is the event type's element, in the contract's namespace if unchanged."""
    event = payload.event
    schema = event.attributes.get("dataschema", "").partition("#")[0] if payload.scope.fields is None else ""
    space = f' xmlns="{in_xml(schema)}"' if schema else ""
    root = element_of(event.type)
    try:
        inside = "".join(_element(name, one) for name, one in value.items()) if isinstance(value, dict) else ""
    except Unfit as error:
        raise Unresolved(f"a value {error}") from None
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}{space}>{inside}</{root}>'


def _element(name: str, value: object) -> str:
    """A list repeats its element; a name that XML does not take stands in an attribute of `field`."""
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if value is None:
        return ""
    is_name = _NAME.fullmatch(name)
    opened, closed = (name, name) if is_name else (f'field name="{in_xml(name)}"', "field")
    inside = (
        "".join(_element(key, one) for key, one in value.items()) if isinstance(value, dict) else in_xml(as_text(value))
    )
    return f"<{opened}>{inside}</{closed}>"

"""XML that goes out: a text of the configuration with tags, or the data itself as elements."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
_END = re.compile(r"</[^<>]*(?<!--)>\s*$")


@dataclass(frozen=True, slots=True)
class XmlText:
    """Well-formed XML whose tags stand in text and in attributes' values, and nowhere else."""

    _template: Template
    names: frozenset[str] = frozenset()
    """Of the elements in its root, without prefixes."""

    @classmethod
    def of(cls, text: str, zone_of: ZoneOf = no_zones) -> XmlText:
        """Compile `text`. Raises ValueError where it is no XML, or has a tag in another place."""
        template = Template.of(text, zone_of)
        return cls(template, frozenset(_checked(template)))

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag in it."""
        return self._template.tags

    @property
    def is_open(self) -> bool:
        """Whether it ends with its root's end tag, so that there is a place for more."""
        return bool(self._template.parts) and bool(_END.search(str(self._template.parts[-1])))

    def text(self, scope: Scope, more: str = "") -> str:
        """The document, each value escaped, with `more` elements as the last of its root. Raises Unresolved."""
        text = self._template.text(scope, in_xml)
        place = text.rindex("</") if more else len(text)
        return text[:place] + more + text[place:]


def _checked(template: Template) -> list[str]:
    """The names of the elements in the root. Raises ValueError."""
    marks = {_MARK.format(place): part for place, part in enumerate(template.parts) if isinstance(part, Tag)}
    text = "".join(part if isinstance(part, str) else _MARK.format(place) for place, part in enumerate(template.parts))
    met = _Met()
    try:
        met.parser().Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise ValueError(f"is no well-formed XML: {error}") from None
    whole = "\n".join(met.texts)
    for mark, tag in marks.items():
        if mark not in whole:
            raise ValueError(f"has {tag} where no value can stand: in a name, a comment or a CDATA section")
    return met.names


class _Met:
    """What a parser meets in a document."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        """Where values can stand."""
        self.names: list[str] = []
        """Of the elements in the root, without prefixes."""
        self._depth = 0
        self._is_section = False

    def parser(self) -> expat.XMLParserType:
        """One that tells it."""
        parser = expat.ParserCreate()
        parser.XmlDeclHandler = self._declared
        parser.StartElementHandler = self._started
        parser.EndElementHandler = self._ended
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartCdataSectionHandler = lambda: self._section(begins=True)
        parser.EndCdataSectionHandler = lambda: self._section(begins=False)
        parser.buffer_text = True
        return parser

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise ValueError(f"says that it is {encoding}; it is sent as UTF-8")

    def _doctype(self, *_parts: object) -> None:
        raise ValueError("has a DOCTYPE, which receivers refuse")

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        self.texts.extend(attributes.values())
        if self._depth == 1:
            self.names.append(name.rpartition(":")[2])
        self._depth += 1

    def _ended(self, _name: str) -> None:
        self._depth -= 1

    def _section(self, *, begins: bool) -> None:
        self._is_section = begins

    def _said(self, data: str) -> None:
        if not self._is_section:
            self.texts.append(data)


def document(value: object, payload: Payload) -> str:
    """Data as an XML document: its root is the event type's element, in the contract's namespace if unchanged."""
    event = payload.event
    schema = event.attributes.get("dataschema", "").partition("#")[0] if payload.scope.fields is None else ""
    space = f' xmlns="{in_xml(schema)}"' if schema else ""
    root = element_of(event.type)
    inside = elements(value) if isinstance(value, dict) else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}{space}>{inside}</{root}>'


def elements(values: Mapping[str, object], prefix: str = "", attributes: str = "") -> str:
    """Each value as an element, its name with a `prefix`; those of text have `attributes`. Raises Unresolved."""
    try:
        return "".join(_element(name, one, prefix, attributes) for name, one in values.items())
    except Unfit as error:
        raise Unresolved(f"a value {error}") from None


def is_name(text: str) -> bool:
    """Whether an element can have this name, wherever it stands."""
    return _NAME.fullmatch(text) is not None


def _element(name: str, value: object, prefix: str, attributes: str) -> str:
    """A list repeats its element; a name that XML does not take stands in an attribute of `field`."""
    if isinstance(value, list):
        return "".join(_element(name, one, prefix, attributes) for one in value)
    if value is None:
        return ""
    tag, named = (prefix + name, "") if is_name(name) else (f"{prefix}field", f' name="{in_xml(name)}"')
    if isinstance(value, dict):
        inside = "".join(_element(key, one, prefix, attributes) for key, one in value.items())
        return f"<{tag}{named}>{inside}</{tag}>"
    return f"<{tag}{named}{attributes}>{in_xml(as_text(value))}</{tag}>"

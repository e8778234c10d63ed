"""A SOAP 1.1 call made of an operation's name and its inputs, as RingCX's form describes it: without a WSDL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.model.body import Rendered
from gateway.model.forms import ZoneOf, no_zones
from gateway.model.payload import Payload
from gateway.model.places import in_xml
from gateway.model.rest import rest_of
from gateway.model.scope import ABSENT, Scope
from gateway.model.template import Tag, Template
from gateway.model.xml_text import elements
from gateway.soap.envelope import NS11

CONTENT_TYPE = "text/xml; charset=utf-8"
_PREFIX = "ns1:"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<soapenv:Envelope xmlns:soapenv="{NS11}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
)
_TAIL = "</soapenv:Body></soapenv:Envelope>"
_ENCODED = ' soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'
_TEXT = "string"


@dataclass(frozen=True, slots=True)
class Argument:
    """One input: an element of the call, with a type of XML Schema's."""

    name: str
    value: Template
    """Its own text is escaped already."""
    type: str = _TEXT

    @classmethod
    def of(cls, name: str, value: str, type_: str = _TEXT, zone_of: ZoneOf = no_zones) -> Argument:
        """Of a text with tags. Raises ValueError."""
        parts = Template.of(value, zone_of).parts
        return cls(name, Template(tuple(in_xml(one) if isinstance(one, str) else one for one in parts)), type_)

    def is_absent(self, scope: Scope) -> bool:
        """Whether it is one tag, and that has no value and needs none."""
        only = self.value.only
        return only is not None and only.is_optional and only.value(scope) is ABSENT


@dataclass(frozen=True, slots=True)
class Call:
    """One operation, called with arguments in their order."""

    operation: str
    namespace: str
    arguments: Sequence[Argument]
    action: str = ""
    is_document: bool = False
    """Whether the arguments are qualified and without types: document/literal, wrapped. Else rpc/encoded."""
    sends_all: bool = False
    """Whether all else that the event has follows."""
    needs_original = False

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag in it."""
        return tuple(tag for one in self.arguments for tag in one.value.tags)

    def rendered(self, payload: Payload) -> Rendered:
        """The call that brings `payload`. Raises Unresolved."""
        scope = payload.scope
        inside = [self._document(one, scope) if self.is_document else _encoded(one, scope) for one in self.arguments]
        if self.sends_all:
            rest = rest_of(scope, {one.name for one in self.arguments})
            inside.append(elements(rest, self._prefix) if self.is_document else elements(rest, "", _typed(_TEXT)))
        space = f' xmlns:ns1="{in_xml(self.namespace)}"' if self.namespace else ""
        name = f"{_PREFIX if self.namespace else ''}{self.operation}"
        opened = f"{name}{'' if self.is_document else _ENCODED}{space}"
        text = f"{_HEAD}<{opened}>{''.join(inside)}</{name}>{_TAIL}"
        return Rendered(text.encode("utf-8", "replace"), CONTENT_TYPE, {"SOAPAction": f'"{self.action}"'})

    @property
    def _prefix(self) -> str:
        return _PREFIX if self.namespace else ""

    def _document(self, argument: Argument, scope: Scope) -> str:
        """What is absent is left out: an element is known by its name."""
        if argument.is_absent(scope):
            return ""
        name = f"{self._prefix}{argument.name}"
        return f"<{name}>{argument.value.text(scope, in_xml)}</{name}>"


def _encoded(argument: Argument, scope: Scope) -> str:
    """What is absent keeps its place, for many a service goes by the order: an empty text, or nil (SOAP 1.1 §5.1)."""
    if argument.type != _TEXT and argument.is_absent(scope):
        return f'<{argument.name} xsi:nil="true"/>'
    return f"<{argument.name}{_typed(argument.type)}>{argument.value.text(scope, in_xml)}</{argument.name}>"


def _typed(type_: str) -> str:
    return f' xsi:type="xsd:{type_}"'

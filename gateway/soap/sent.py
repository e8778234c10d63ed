"""XML elements as they were sent become the pairs that a reader takes, for SOAP and for plain XML alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.errors import TooLarge, Violation
from gateway.model.field_reading import Pairs
from gateway.model.json_text import MAX_VALUES
from gateway.model.pointer import pointer
from gateway.soap.document import Element

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NIL = XSI + "nil"
TRUE = ("true", "1")
_ENCODED = frozenset(
    {
        "{http://schemas.xmlsoap.org/soap/encoding/}arrayType",
        "{http://www.w3.org/2003/05/soap-encoding}itemType",
        "{http://www.w3.org/2003/05/soap-encoding}arraySize",
    }
)
"""Attributes of an array in SOAP's encoding (SOAP 1.1 §5.4.2, SOAP 1.2 Part 2 §3.1.6): its elements are the items."""
_REFERENCES = ("href", "{http://www.w3.org/2003/05/soap-encoding}ref")
_IDS = ("id", "{http://www.w3.org/2003/05/soap-encoding}id")
_MAX_DEPTH = 64

Targets = Mapping[str, Element]
"""What an encoded message's references refer to, by id (SOAP 1.1 §5.4.1, SOAP 1.2 Part 2 §3.1.5)."""


@dataclass(slots=True)
class Sent:
    """Reads elements, and counts what it sees."""

    namespaces: tuple[str | None, ...] | None
    """Those that a name may be in; None where any will do."""
    targets: Targets = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    attributes: int = 0
    """How many were ignored."""
    _elements: int = 0
    _depth: int = 0

    def pairs(self, holder: Element, path: str = "") -> Pairs:
        """(name, value) of each child of `holder`: text, None where it is nil, Pairs where it holds elements itself."""
        pairs = Pairs()
        self._elements += len(holder)
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise TooLarge(f"the message refers to itself, or is nested deeper than {_MAX_DEPTH}")
        if self._elements > MAX_VALUES:
            raise TooLarge(f"the event has more than {MAX_VALUES} values")
        for child in holder:
            namespace, _, name = child.tag.rpartition("}")
            here = path + pointer(name)
            if self.namespaces is not None and (namespace[1:] or None) not in self.namespaces:
                self.violations.append(Violation(here, f"must be in the namespace {self.namespaces[0]}"))
            else:
                pairs.append((name, self._value(child, here)))
        self._depth -= 1
        return pairs

    def _value(self, element: Element, path: str) -> object:
        attributes = element.keys()
        self.attributes += count_ignored(element)
        if attributes and self.targets:
            element = referred(element, self.targets)
            attributes = element.keys()
        if attributes and element.get(NIL, "").strip() in TRUE:
            if self.namespaces is not None and (element.text or len(element)):
                self.violations.append(Violation(path, "is nil and has a value"))
            return None
        if attributes and not _ENCODED.isdisjoint(attributes) and self.namespaces is None:
            return [value for _, value in self.pairs(element, path)]
        return self.pairs(element, path) if len(element) else element.text or ""


def count_ignored(element: Element) -> int:
    """Its attributes, but for those of the schema's own instances: a nil is not ignored."""
    return sum(not str(name).startswith(XSI) for name in element.keys())  # noqa: SIM118 - an element is no mapping


def referred(element: Element, targets: Targets) -> Element:
    """What `element` refers to, or itself."""
    said = next((element.get(name, "") for name in _REFERENCES if name in element.attrib), "")
    return targets.get(said.removeprefix("#"), element)


def targets_of(elements: list[Element]) -> Targets | None:
    """`elements` by their ids; None where one has none."""
    ids = [next((one.get(name, "") for name in _IDS if name in one.attrib), "") for one in elements]
    return dict(zip(ids, elements, strict=True)) if all(ids) else None

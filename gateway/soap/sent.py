"""XML elements as they were sent become the pairs that a reader takes, for SOAP and for plain XML alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.errors import TooLarge, Violation
from gateway.model.field_reading import Form, Pairs
from gateway.model.json_text import MAX_DEPTH, MAX_VALUES
from gateway.model.pointer import pointer
from gateway.model.reading import Reader
from gateway.soap.document import Element
from gateway.soap.encoded import References, is_array

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NIL = XSI + "nil"
TRUE = ("true", "1")
MOST_ATTRIBUTES = 1000
"""Of one element: lxml looks each value up from the first attribute on."""


@dataclass(slots=True)
class Sent:
    """Reads elements, and counts what it sees."""

    namespaces: tuple[str | None, ...] | None
    """Those that a name may be in, in a strict reading; None where any will do."""
    references: References = field(default_factory=References)
    violations: list[Violation] = field(default_factory=list)
    attributes: int = 0
    """How many were ignored."""
    _elements: int = 0
    _depth: int = 0

    def pairs(self, holder: Element, reader: Reader | None, path: str = "") -> Pairs:
        """(name, value) of each child of `holder`: text, None where it is nil, Pairs where it holds elements itself.

        `reader` is the one that will take them; None for what no field takes.
        """
        pairs = Pairs()
        self._elements += len(holder)
        self._depth += 1
        if self._elements > MAX_VALUES:
            raise TooLarge(f"the event has more than {MAX_VALUES} values")
        if self._depth > MAX_DEPTH:
            raise TooLarge(f"the message refers to itself, or is nested deeper than {MAX_DEPTH}")
        counts: dict[str, int] = {}
        for child in holder:
            namespace, _, name = child.tag.rpartition("}")
            here = path + pointer(name)
            declared = reader.names.get(name, "") if reader else ""
            if reader and declared in reader.gathered[Form.XML]:
                here += f"/{counts.get(name, 0)}"
                counts[name] = counts.get(name, 0) + 1
            if self.namespaces is not None and (namespace[1:] or None) not in self.namespaces:
                self.violations.append(Violation(here, f"must be in the namespace {self.namespaces[0]}"))
            else:
                pairs.append((name, self._value(child, reader.inner.get(declared) if reader else None, here)))
        self._depth -= 1
        return pairs

    def _value(self, element: Element, inner: Reader | None, path: str) -> object:
        attributes = element.keys()
        if not attributes:
            return self.pairs(element, inner, path) if len(element) else element.text or ""
        self.count_ignored(element)
        element = self.references.followed(element)
        array = self.namespaces is None and is_array(element.keys())
        if element.get(NIL, "").strip() in TRUE:
            if self.namespaces is not None and (element.text or len(element)):
                self.violations.append(Violation(path, "is nil and has a value"))
            return [] if array else None
        if array:
            return [value for _, value in self.pairs(element, inner, path)]
        return self.pairs(element, inner, path) if len(element) else element.text or ""

    def count_ignored(self, element: Element) -> None:
        """Count its attributes, but for those of the schema's own instances: a nil is not ignored."""
        attributes = element.keys()
        if len(attributes) > MOST_ATTRIBUTES:
            raise TooLarge(f"an element has more than {MOST_ATTRIBUTES} attributes")
        self.attributes += sum(not str(name).startswith(XSI) for name in attributes)

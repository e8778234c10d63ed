"""XML elements as they were sent become the pairs that a reader takes, for SOAP and for plain XML alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.errors import TooLarge, Violation
from gateway.model.contract import fold
from gateway.model.field_reading import Form, Pairs
from gateway.model.json_text import MAX_DEPTH, MAX_VALUES
from gateway.model.pointer import pointer
from gateway.model.reading import Reader
from gateway.soap.document import Element
from gateway.soap.encoded import References, is_array

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NIL = XSI + "nil"
_TYPE = XSI + "type"
TRUE = ("true", "1")
_MOST_NAMES = 4 * 2**20
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
    _names: int = 0
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
            tag = child.tag
            self._count_name(tag)
            namespace, _, name = tag.rpartition("}")
            declared = reader.names.get(name, "") if reader else ""
            inner = reader.inner.get(declared) if reader else None
            if self.namespaces is None:  # where nothing is a violation, and no place is told
                pairs.append((name, self._value(child, inner, "")))
                continue
            here = path + pointer(name)
            if reader and declared in reader.gathered[Form.XML]:
                here += f"/{counts.get(name, 0)}"
                counts[name] = counts.get(name, 0) + 1
            if (namespace[1:] or None) not in self.namespaces:
                self.violations.append(Violation(here, f"must be in the namespace {self.namespaces[0]}"))
            else:
                pairs.append((name, self._value(child, inner, here)))
        self._depth -= 1
        return pairs

    def _value(self, element: Element, inner: Reader | None, path: str) -> object:
        count = len(element.attrib)
        if not count:
            return self._inside(element, inner, path)
        if count == 1 and element.keys()[0] == _TYPE:  # is no nil, no array and no reference
            self._count_name(_TYPE)
            return self._inside(element, inner, path)
        self.count_ignored(element)
        element = self.references.followed(element)
        array = self.namespaces is None and is_array(element.keys())
        if element.get(NIL, "").strip() in TRUE:
            if self.namespaces is not None and (element.text or len(element)):
                self.violations.append(Violation(path, "is nil and has a value"))
            return [] if array else None
        if array:
            return [value for _, value in self.pairs(element, inner, path)]
        return self._inside(element, inner, path)

    def _inside(self, element: Element, inner: Reader | None, path: str) -> object:
        if len(element):
            return self.pairs(element, inner, path)
        text = element.text or ""
        self.references.count(text)
        return text

    def _count_name(self, name: str) -> None:
        """A name has its namespace in it, which may be long and in many names."""
        self._names += len(name)
        if self._names > _MOST_NAMES:
            raise TooLarge(f"the names of elements, with their namespaces, have more than {_MOST_NAMES} characters")

    def count_ignored(self, element: Element) -> None:
        """Count its attributes, but for those of the schema's own instances: a nil is not ignored."""
        if len(element.attrib) > MOST_ATTRIBUTES:
            raise TooLarge(f"an element has more than {MOST_ATTRIBUTES} attributes")
        for name in map(str, element.keys()):
            self._count_name(name)
            self.attributes += not name.startswith(XSI)


def taken_out(payload: Element, name: str) -> str | None:
    """The text of the child of a call, or of the one element in it, whose folded name is `name`: it is taken out."""
    for holder in (payload, payload[0]) if len(payload) == 1 else (payload,):
        for child in holder:
            if fold(child.tag.rpartition("}")[2]) == name and not len(child):
                holder.remove(child)
                return str(child.text or "") or None
    return None

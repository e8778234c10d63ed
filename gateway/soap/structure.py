"""What the schema says of a SOAP message beyond its fields: their order, no other attributes, no text between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from gateway.errors import TooLarge, Violation
from gateway.model.contract import Field
from gateway.model.field_reading import ReadValue
from gateway.model.lexical import XML_BLANKS
from gateway.model.pointer import pointer
from gateway.model.reading import Data, Reader
from gateway.soap.sent import NIL, TRUE, XSI

_XSD = "http://www.w3.org/2001/XMLSchema"
_ENCODINGS = ("http://schemas.xmlsoap.org/soap/encoding/", "http://www.w3.org/2003/05/soap-encoding")
_ALWAYS_ALLOWED = frozenset(
    {
        "{http://schemas.xmlsoap.org/soap/envelope/}encodingStyle",
        "{http://www.w3.org/2003/05/soap-envelope}encodingStyle",
        XSI + "schemaLocation",
        XSI + "noNamespaceSchemaLocation",
    }
)
_MOST_IN_SCOPE = 1000
_A_DECLARATION, _MOST_DECLARED = 30, 20_000_000
"""Namespace declarations looked at for one message, in characters: every xsi:type looks at all that are in scope."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One field's place in its type's sequence."""

    place: int
    name: str
    read: ReadValue
    shape: Shape | None
    """Of an object: its own sequence."""
    is_list: bool
    may_be_nil: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """The sequence of one type, by qualified tag."""

    slots: Mapping[str, Slot]
    required: frozenset[str]
    may_repeat: bool
    """Whether a list is in it, so that it may hold any number of elements."""

    @classmethod
    def of(cls, fields: tuple[Field, ...], reader: Reader, namespace: str) -> Shape:
        """Compile the sequence of `fields`, which `reader` reads."""
        shapes = {name: cls.of(_named(fields, name).fields, inner, namespace) for name, inner in reader.inner.items()}
        slots = {
            f"{{{namespace}}}{one.name}": Slot(
                place,
                one.name,
                reader.items[one.name],
                shapes.get(one.name),
                is_list=one.list,
                may_be_nil=not one.required and not one.list,
            )
            for place, one in enumerate(fields)
        }
        may_repeat = any(one.list for one in fields) or any(shape.may_repeat for shape in shapes.values())
        return cls(slots, reader.required, may_repeat)

    def data(self, holder: etree._Element) -> Data | None:
        """The data of an element that is just as the schema says; None where it is anything else. Raises Unreadable."""
        data: Data = {}
        expected = 0
        for child in holder:
            slot = self.slots.get(child.tag)
            if slot is None or slot.place < expected or len(child.attrib) or is_text(child.tail):
                return None
            expected = slot.place if slot.is_list else slot.place + 1
            if slot.shape is not None:
                value: object = None if is_text(child.text) else slot.shape.data(child)
                if value is None:
                    return None
            elif len(child):
                return None
            else:
                value = slot.read(child.text or "")
            if slot.is_list:
                if value is None:
                    return None
                data.setdefault(slot.name, []).append(value)
            elif value is not None:
                data[slot.name] = value
        return data if self.required <= data.keys() else None


def _named(fields: tuple[Field, ...], name: str) -> Field:
    return next(one for one in fields if one.name == name)


class Structure:
    """Walks a message once and tells all that is out of its place."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._declared = 0

    def violations(self, holder: etree._Element, shape: Shape, path: str = "") -> Iterator[Violation]:
        """What is wrong with `holder`, the element at `path`, and in it."""
        if is_text(holder.text) or any(is_text(child.tail) for child in holder):
            yield Violation(path, "must not hold text between its elements")
        expected, counts = 0, dict.fromkeys(shape.slots, 0)
        for child in holder:
            slot = shape.slots.get(child.tag)
            namespace, _, name = child.tag.rpartition("}")
            here = path + pointer(name)
            if slot is None and namespace[1:] == self._namespace:
                yield Violation(here, "is not a field of this event")
            if slot is not None:
                if slot.place < expected:
                    yield Violation(here, "is out of order")
                expected = max(expected, slot.place)
                here += f"/{counts[child.tag]}" if slot.is_list else ""
                counts[child.tag] += 1
            yield from self.attributes(child, here, may_be_nil=slot is not None and slot.may_be_nil)
            if slot is not None and slot.shape is not None:
                yield from self.violations(child, slot.shape, here)

    def attributes(self, element: etree._Element, path: str, *, may_be_nil: bool = False) -> Iterator[Violation]:
        """The attributes that the schema does not let `element` have."""
        for name, text in element.items():
            attribute, value = str(name), str(text)
            if attribute == NIL:
                allowed = may_be_nil and value.strip(XML_BLANKS) in (*TRUE, "false", "0")
            elif attribute == XSI + "type":
                allowed = self._is_builtin(element, value)
            else:
                allowed = attribute in _ALWAYS_ALLOWED
            if not allowed:
                yield Violation(path, f"must not have the attribute {attribute}")

    def _is_builtin(self, element: etree._Element, value: str) -> bool:
        names = element.nsmap
        if len(names) > _MOST_IN_SCOPE:
            raise TooLarge(f"an element with a type has more than {_MOST_IN_SCOPE} namespaces in scope")
        self._declared += sum(_A_DECLARATION + len(uri) for uri in names.values())
        if self._declared > _MOST_DECLARED:
            raise TooLarge("the message has more namespace declarations, or longer ones, than are looked at")
        prefix, _, _ = value.strip(XML_BLANKS).rpartition(":")
        return names.get(prefix or None) in (_XSD, *_ENCODINGS)


def is_text(between: str | None) -> bool:
    """Whether what stands between elements is more than blanks."""
    return bool(between and between.strip(XML_BLANKS))

"""Our inside for Spyne's protocol object: what decodes and encodes every call of a declared contract.

Spyne's own is slow (seven times) and loses data (negative half-hour offsets, xsi:nil="false", midnight as 24:00:00);
this one is compiled from the contract that Spyne's types are built from, and Spyne's is its reference in the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from gateway.errors import ContractViolation, TooLarge, Violation
from gateway.model.contract import Contract, EventType, fold
from gateway.model.event import rfc3339
from gateway.model.field_reading import Form, Reading, ReadValue
from gateway.model.json_text import MAX_VALUES
from gateway.model.lexical import XML_BLANKS, Unreadable
from gateway.model.message import Message
from gateway.model.reading import Data, Reader, pointer, summary
from gateway.model.receipt import Receipt

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NIL = XSI + "nil"
_XSD = "http://www.w3.org/2001/XMLSchema"
_ALWAYS_ALLOWED = frozenset(
    {
        "{http://schemas.xmlsoap.org/soap/envelope/}encodingStyle",
        "{http://www.w3.org/2003/05/soap-envelope}encodingStyle",
        XSI + "schemaLocation",
        XSI + "noNamespaceSchemaLocation",
    }
)
_TRUE = ("true", "1")


@dataclass(frozen=True, slots=True)
class Mapper:
    """Decodes the payload of one operation, and encodes its answer."""

    event: EventType
    reader: Reader
    namespace: str
    order: Mapping[str, tuple[int, str, ReadValue]]
    """Each field's place in the schema's sequence, its name and what reads it, by qualified tag."""
    opening: str
    closing: str

    @classmethod
    def of(cls, contract: Contract, event: EventType, reader: Reader) -> Mapper:
        """Compile the mapper of `event`."""
        response = f"{event.operation}Response"
        tag = "{%s}%s"
        return cls(
            event=event,
            reader=reader,
            namespace=contract.namespace,
            order={
                tag % (contract.namespace, name): (place, name, read)
                for place, (name, read) in enumerate(reader.values[Form.XML].items())
            },
            opening=f'<{response} xmlns="{escape(contract.namespace)}"><receipt>',
            closing=f"</receipt></{response}>",
        )

    def message(self, payload: etree._Element) -> Message:
        """The message that the operation's element holds. Raises ContractViolation, TooLarge."""
        holder = self._holder(payload)
        data = self._quickly(holder, payload)
        if data is None:
            data = self._carefully(holder, payload)
        return Message(self.event, data)

    def response(self, receipt: Receipt) -> str:
        """The receipt as the operation's response element."""
        notes = "".join(f"<notes>{escape(note)}</notes>" for note in receipt.notes)
        return (
            f"{self.opening}<requestId>{receipt.request_id}</requestId><eventId>{receipt.event_ids[0]}</eventId>"
            f"<status>{receipt.status}</status><receivedAt>{rfc3339(receipt.received_at)}</receivedAt>"
            f"{notes}{self.closing}"
        )

    def _holder(self, payload: etree._Element) -> etree._Element:
        """The element whose children are the fields: the wrapped one, or the operation's own (rpc style)."""
        if len(payload) == 1:
            name = etree.QName(payload[0])
            if name.localname == self.event.element and name.namespace == self.namespace:
                return payload[0]
            if self.reader.reading is Reading.LENIENT:
                known = {fold(alias) for alias in (self.event.element, *self.event.aliases)}
                if fold(name.localname) in known and fold(name.localname) not in self.reader.folded:
                    return payload[0]
        if self.reader.reading is Reading.LENIENT:
            return payload
        raise ContractViolation(
            f"<{self.event.operation}> must hold one <{self.event.element}> of namespace {self.namespace}",
            violations=[Violation("", f"must be one <{self.event.element}>, in the contract's namespace")],
        )

    def _quickly(self, holder: etree._Element, payload: etree._Element) -> Data | None:
        """The data of a message that is just as the schema says; None where it is anything else."""
        data: Data = {}
        expected = 0
        order = self.order
        if payload.keys() or holder.keys() or any(map(_is_text, (payload.text, holder.text, holder.tail))):
            return None
        try:
            for child in holder:
                place, name, read = order[child.tag]
                if place < expected or child.keys() or len(child) or _is_text(child.tail):
                    return None
                expected = place + 1
                value = read(child.text or "")
                if value is not None:
                    data[name] = value
        except (KeyError, Unreadable):
            return None
        return data if self.reader.required <= data.keys() else None

    def _carefully(self, holder: etree._Element, payload: etree._Element) -> Data:
        """The data of any other message, or every violation at once."""
        if len(holder) > MAX_VALUES:
            raise TooLarge(f"the event has more than {MAX_VALUES} values")
        violations: list[Violation] = []
        if self.reader.reading is Reading.STRICT:
            violations += self._structure(holder, payload)
        pairs = list(self._pairs(holder, violations))
        data, found = self.reader.examine(pairs, Form.XML)
        violations += found
        if violations:
            raise ContractViolation(summary(violations), violations=violations)
        return data

    def _pairs(self, holder: etree._Element, violations: list[Violation]) -> Iterator[tuple[str, str | None]]:
        strict = self.reader.reading is Reading.STRICT
        for child in holder:
            name = etree.QName(child)
            if strict and name.namespace != self.namespace:
                violations.append(Violation(pointer(name.localname), f"must be in the namespace {self.namespace}"))
            elif len(child):
                violations.append(Violation(pointer(name.localname), "must hold text, not elements"))
            elif child.get(_NIL, "").strip() in _TRUE:
                yield name.localname, None
                if strict and child.text:
                    violations.append(Violation(pointer(name.localname), "is nil and has a value"))
            else:
                yield name.localname, child.text or ""

    def _structure(self, holder: etree._Element, payload: etree._Element) -> Iterator[Violation]:
        """What the schema says beyond the fields: their order, no other attributes, no text between them."""
        expected = 0
        for child in holder:
            place = self.order[child.tag][0] if child.tag in self.order else expected
            if place < expected:
                yield Violation(pointer(etree.QName(child).localname), "is out of order")
            expected = max(expected, place)
        for element in (payload, *([holder] if holder is not payload else []), *holder):
            is_field = element not in (payload, holder)
            may_be_nil = is_field and etree.QName(element).localname not in self.reader.required
            for attribute, value in element.items():
                if not _is_allowed(element, attribute, value, may_be_nil=may_be_nil):
                    where = pointer(etree.QName(element).localname) if is_field else ""
                    yield Violation(where, f"must not have the attribute {attribute}")
        if any(map(_is_text, (payload.text, holder.text, *(child.tail for child in (*payload, *holder))))):
            yield Violation("", "must not hold text between its elements")


def _is_text(between: str | None) -> bool:
    """Whether what stands between elements is more than blanks."""
    return bool(between and between.strip(XML_BLANKS))


def _is_allowed(element: etree._Element, attribute: str, value: str, *, may_be_nil: bool) -> bool:
    """Whether the schema lets `element` have the attribute: a builtin xsi:type, a nil, and what is no constraint."""
    if attribute == _NIL:
        return may_be_nil and value.strip(XML_BLANKS) in (*_TRUE, "false", "0")
    if attribute == XSI + "type":
        prefix, _, _ = value.strip(XML_BLANKS).rpartition(":")
        return element.nsmap.get(prefix or None) == _XSD
    return attribute in _ALWAYS_ALLOWED

"""Our inside for Spyne's protocol object: what decodes and encodes every call of a declared contract.

Spyne's own is slow (seven times) and loses data (negative half-hour offsets, xsi:nil="false", midnight as 24:00:00);
this one is compiled from the contract that Spyne's types are built from, and Spyne's is its reference in the tests.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from gateway.errors import MOST_VIOLATIONS, ContractViolation, TooLarge, Violation
from gateway.model.contract import Contract, EventType, fold
from gateway.model.event import rfc3339
from gateway.model.field_reading import Form, Reading
from gateway.model.json_text import MAX_VALUES
from gateway.model.lexical import Unreadable
from gateway.model.message import Message
from gateway.model.reading import Data, Reader, summary
from gateway.model.receipt import Receipt
from gateway.soap.encoded import References
from gateway.soap.sent import Sent
from gateway.soap.structure import Shape, Structure, is_text


@dataclass(frozen=True, slots=True)
class Mapper:
    """Decodes the payload of one operation, and encodes its answer."""

    event: EventType
    reader: Reader
    namespace: str
    shape: Shape
    opening: str
    closing: str

    @classmethod
    def of(cls, contract: Contract, event: EventType, reader: Reader) -> Mapper:
        """Compile the mapper of `event`."""
        response = f"{event.operation}Response"
        return cls(
            event=event,
            reader=reader,
            namespace=contract.namespace,
            shape=Shape.of(event.fields, reader, contract.namespace),
            opening=f'<{response} xmlns="{escape(contract.namespace)}"><receipt>',
            closing=f"</receipt></{response}>",
        )

    def message(self, payload: etree._Element, references: References) -> Message:
        """The message that the operation's element holds. Raises ContractViolation, Malformed, TooLarge."""
        holder = references.followed(self._holder(payload))
        if self.shape.may_repeat and sum(1 for _ in holder.iterdescendants()) > MAX_VALUES:
            raise TooLarge(f"the event has more than {MAX_VALUES} values")
        data = None if self.reader.rules else self._quickly(holder, payload)
        if data is None:
            data = self._carefully(holder, payload, references)
        return Message(self.event, data)

    def response(self, receipt: Receipt) -> str:
        """The receipt as the operation's response element."""
        notes = "".join(f"<notes>{escape(note)}</notes>" for note in receipt.notes)
        event_id = f"<eventId>{receipt.event_ids[0]}</eventId>" if receipt.event_ids else ""
        return (
            f"{self.opening}<requestId>{receipt.request_id}</requestId>{event_id}"
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
        if len(payload.attrib) or len(holder.attrib) or any(map(is_text, (payload.text, holder.text, holder.tail))):
            return None
        try:
            return self.shape.data(holder)
        except Unreadable:
            return None

    def _carefully(self, holder: etree._Element, payload: etree._Element, references: References) -> Data:
        """The data of any other message, or every violation at once."""
        is_strict = self.reader.reading is Reading.STRICT
        sent = Sent((self.namespace,) if is_strict else None, references)
        sent.count_ignored(holder)
        pairs = sent.pairs(holder, self.reader)
        references.check_used()
        violations: list[Violation] = []
        if is_strict:
            structure = Structure(self.namespace)
            sent.count_ignored(payload)
            violations += structure.attributes(payload, "")
            violations += structure.attributes(holder, "")
            if is_text(payload.text) or is_text(holder.tail):
                violations.append(Violation("", "must not hold text between its elements"))
            violations += itertools.islice(structure.violations(holder, self.shape), MOST_VIOLATIONS)
        data: Data = {}
        if len(violations) < MOST_VIOLATIONS:
            data, found = self.reader.examine(pairs, Form.XML)
            violations += [*sent.violations, *found]
        if violations:
            raise ContractViolation(summary(violations), violations=list(dict.fromkeys(violations)))
        return data

"""Plain XML: the root element is the event, its children the fields; attributes are ignored, and counted."""

from __future__ import annotations

from gateway.bodies import Body, Item
from gateway.errors import ContractViolation, Malformed
from gateway.model.field_reading import Form, Reading
from gateway.model.reading import summary
from gateway.model.request import Request
from gateway.soap.document import root_of
from gateway.soap.sent import Sent


def read(request: Request, namespace: str, reading: Reading) -> Body:
    """The event of an XML body. Raises Malformed, TooLarge, ContractViolation, UnsupportedMedia."""
    root = root_of(request)
    within, _, name = root.tag.rpartition("}")
    if name == "Envelope":
        raise Malformed("the body is a SOAP envelope; send it as text/xml or application/soap+xml")
    sent = Sent((namespace, None) if reading is Reading.STRICT else None)
    pairs = sent.pairs(root, None)
    if sent.violations:
        raise ContractViolation(summary(sent.violations), violations=sent.violations)
    sent.count_ignored(root)
    if sent.attributes:
        were = "attribute was" if sent.attributes == 1 else "attributes were"
        request.notes.append(f"{sent.attributes} {were} ignored; fields are elements")
    return Body([Item(pairs, Form.XML, root=name, root_namespace=within[1:])])

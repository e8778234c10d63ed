"""A SOAP envelope, its frame checked: version, headers that must be understood, one body."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from gateway.errors import Malformed, NotUnderstood, TooLarge, UnsupportedMedia, VersionMismatch
from gateway.model.json_text import MAX_VALUES
from gateway.model.request import Dialect, Request
from gateway.soap.document import root_of

NS11 = "http://schemas.xmlsoap.org/soap/envelope/"
NS12 = "http://www.w3.org/2003/05/soap-envelope"
DIALECTS = {NS11: Dialect.SOAP11, NS12: Dialect.SOAP12}

_ADDRESSING = frozenset(
    {
        "http://www.w3.org/2005/08/addressing",
        "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    }
)
"""WS-Addressing headers say where a message goes and what it answers; we take the message, so they are understood."""

_NEXT_ROLES = frozenset(
    {
        None,
        "",
        "http://schemas.xmlsoap.org/soap/actor/next",
        f"{NS12}/role/next",
        f"{NS12}/role/ultimateReceiver",
    }
)
"""The roles we play (SOAP 1.1 §4.2.2, SOAP 1.2 §2.2)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A SOAP message whose frame is sound: its version, and the first element of its body."""

    dialect: Dialect
    payload: etree._Element
    beside: list[etree._Element]
    """Further elements of the body, which are no calls: an encoded message's values may stand there."""


def envelope_of(request: Request) -> Envelope:
    """The envelope of `request`, parsed once. Raises Malformed, TooLarge, VersionMismatch or NotUnderstood."""
    found = request.memo.get("envelope")
    if not isinstance(found, Envelope):
        if request.content_type.startswith("multipart/"):
            raise UnsupportedMedia("messages with attachments are not read; send the envelope alone")
        if not request.content.strip():
            raise Malformed("the request has no body; a SOAP envelope is expected")
        found = request.memo["envelope"] = envelope_in(root_of(request))
    return found


def envelope_in(root: etree._Element) -> Envelope:
    """The envelope that `root` is. Raises Malformed, VersionMismatch or NotUnderstood."""
    name = etree.QName(root)
    if name.localname != "Envelope":
        raise Malformed(f"the document is a <{name.localname}>, not a SOAP envelope")
    dialect = DIALECTS.get(name.namespace or "")
    if dialect is None:
        raise VersionMismatch(f"the envelope's namespace {name.namespace!r} is neither SOAP 1.1's nor 1.2's")
    _check_headers(root, f"{{{name.namespace}}}")
    payload, *beside = _body(root, f"{{{name.namespace}}}")
    return Envelope(dialect, payload, beside)


def _check_headers(root: etree._Element, soap: str) -> None:
    """Every header block that must be understood is one we understand (SOAP 1.1 §4.2.3, SOAP 1.2 §2.6)."""
    for header in root.iterchildren(soap + "Header"):
        if len(header) > MAX_VALUES:
            raise TooLarge(f"the Header has more than {MAX_VALUES} blocks")
        for block in header.iterchildren():
            must = block.get(soap + "mustUnderstand", "").strip() in ("1", "true")
            ours = block.get(soap + "actor", block.get(soap + "role")) in _NEXT_ROLES
            if must and ours and etree.QName(block).namespace not in _ADDRESSING:
                raise NotUnderstood(f"the header {block.tag} must be understood, and is not")


def _body(root: etree._Element, soap: str) -> list[etree._Element]:
    bodies = list(root.iterchildren(soap + "Body"))
    if len(bodies) != 1:
        raise Malformed(f"the envelope has {len(bodies) or 'no'} Body elements; one is expected")
    if len(bodies[0]) > MAX_VALUES:
        raise TooLarge(f"the Body has more than {MAX_VALUES} elements")
    children = list(bodies[0])
    if not children:
        raise Malformed("the Body has no elements; one, the operation's, is expected")
    return children

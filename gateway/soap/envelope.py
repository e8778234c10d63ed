"""The one hardened parse of SOAP: bytes become an envelope, or a refusal. Nothing else here parses XML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from gateway.errors import Malformed, NotUnderstood, TooLarge, VersionMismatch
from gateway.model.charset import charset_of, known
from gateway.model.request import Dialect, Request

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

_LIMITS = frozenset({etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_ENTITY_LOOP})
_LONGEST_REPORT = 200


@dataclass(frozen=True, slots=True)
class Envelope:
    """A SOAP message whose frame is sound: its version, and the one element of its body."""

    dialect: Dialect
    payload: etree._Element


def envelope_of(request: Request) -> Envelope:
    """The envelope of `request`, parsed once. Raises Malformed, TooLarge, VersionMismatch or NotUnderstood."""
    found = request.memo.get("envelope")
    if not isinstance(found, Envelope):
        found = request.memo["envelope"] = parsed(request.body, charset_of(request.headers, request.body))
    return found


def parsed(body: bytes, charset: str | None) -> Envelope:
    """`body` as an envelope; `charset` where something outside the document names one (RFC 7303 §3)."""
    if not body.strip():
        raise Malformed("the request has no body; a SOAP envelope is expected")
    root = _tree(body, charset)
    name = etree.QName(root)
    if name.localname != "Envelope":
        raise Malformed(f"the document is a <{name.localname}>, not a SOAP envelope")
    dialect = DIALECTS.get(name.namespace or "")
    if dialect is None:
        raise VersionMismatch(f"the envelope's namespace {name.namespace!r} is neither SOAP 1.1's nor 1.2's")
    _check_headers(root, f"{{{name.namespace}}}")
    return Envelope(dialect, _payload(root, f"{{{name.namespace}}}"))


def _parser(encoding: str | None = None) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


_PARSER = _parser()
_LIBXML2_NAMES = {"utf-16-be": "UTF-16BE", "utf-16-le": "UTF-16LE", "iso8859-1": "ISO-8859-1", "cp1252": "windows-1252"}
_MAX_DEPTH = 64
_is_too_deep = etree.XPath(f"boolean({'/*' * (_MAX_DEPTH + 1)})")


def _tree(body: bytes, charset: str | None) -> etree._Element:
    try:
        root = etree.fromstring(body, _PARSER if charset is None else _parser(_LIBXML2_NAMES.get(charset, charset)))
    except etree.XMLSyntaxError as error:
        report = (error.msg or "no document")[:_LONGEST_REPORT]
        if getattr(error, "code", None) in _LIMITS or "Excessive depth" in report:
            raise TooLarge(f"the XML passes a limit: {report}") from None
        raise Malformed(f"the body is not well-formed XML: {report}") from None
    document: Any = root.getroottree().docinfo
    if document.doctype or document.internalDTD is not None:
        raise Malformed("the document has a DOCTYPE; SOAP messages must not have one (SOAP 1.1 §3, SOAP 1.2 §5)")
    known(document.encoding or "utf-8")
    if _is_too_deep(root):
        raise TooLarge(f"the XML is nested deeper than {_MAX_DEPTH}")
    return root


def _check_headers(root: etree._Element, soap: str) -> None:
    """Every header block that must be understood is one we understand (SOAP 1.1 §4.2.3, SOAP 1.2 §2.6)."""
    for header in root.iterchildren(soap + "Header"):
        for block in header.iterchildren():
            must = block.get(soap + "mustUnderstand", "").strip() in ("1", "true")
            ours = block.get(soap + "actor", block.get(soap + "role")) in _NEXT_ROLES
            if must and ours and etree.QName(block).namespace not in _ADDRESSING:
                raise NotUnderstood(f"the header {block.tag} must be understood, and is not")


def _payload(root: etree._Element, soap: str) -> etree._Element:
    bodies = list(root.iterchildren(soap + "Body"))
    if len(bodies) != 1:
        raise Malformed(f"the envelope has {len(bodies) or 'no'} Body elements; one is expected")
    children = list(bodies[0])
    if len(children) != 1:
        raise Malformed(f"the Body has {len(children) or 'no'} elements; one, the operation's, is expected")
    return children[0]

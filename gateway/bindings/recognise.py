"""Which dialect a request speaks, before credentials and before any parse, so that every refusal speaks it too."""

from __future__ import annotations

import re

from gateway.errors import RequestError
from gateway.model.charset import without_bom
from gateway.model.coding import first_inflated
from gateway.model.request import Dialect, Request

LOOKED_AT = 4096
"""How many first bytes of a body may tell the dialect."""

_FIRST_ELEMENT = re.compile(rb"<(?![?!])(?:([\w.-]+):)?([\w.-]+)([^>]*)")
_NAMESPACE = re.compile(rb"""xmlns(?::([\w.-]+))?\s*=\s*["']([^"']*)["']""")
_NS12 = b"http://www.w3.org/2003/05/soap-envelope"
_COMMENT = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\])?[^>]*>", re.DOTALL | re.IGNORECASE)
_XML_TYPES = ("", "text/xml", "application/xml", "application/octet-stream", "text/plain")


def recognise(request: Request) -> Dialect:
    """The dialect of `request`: by its headers where they tell, else by the first element of an XML or untyped body."""
    found = request.memo.get("dialect")
    if not isinstance(found, Dialect):
        found = request.memo["dialect"] = _recognised(request)
    return found


def _recognised(request: Request) -> Dialect:
    media = request.content_type
    if media == "application/soap+xml":
        return Dialect.SOAP12
    if "soapaction" in request.headers:
        return Dialect.SOAP11
    if media not in _XML_TYPES and not media.endswith("+xml"):
        return Dialect.HTTP
    return (
        _by_first_element(first_inflated(request.headers, _first(request), LOOKED_AT))
        if _may_have_body(request)
        else Dialect.HTTP
    )


def _first(request: Request) -> bytes:
    """The first bytes; where they don't come, those that did: whoever reads on is refused for it, in some dialect."""
    try:
        return request.incoming.first(LOOKED_AT)
    except RequestError:
        return request.incoming.so_far[:LOOKED_AT]


def _may_have_body(request: Request) -> bool:
    return bool(request.incoming.length) or "transfer-encoding" in request.headers


def _by_first_element(first: bytes) -> Dialect:
    """An `Envelope` of SOAP 1.2's namespace is that; of any other namespace, or of none, it is answered as 1.1."""
    # UTF-16 and UTF-32, as the ASCII that all we look for is.
    text = _COMMENT.sub(b"", without_bom(first).replace(b"\0", b"")).lstrip()
    element = _FIRST_ELEMENT.match(text)
    if element is None or element[2] != b"Envelope":
        return Dialect.HTTP
    names = {match[1]: match[2] for match in _NAMESPACE.finditer(element[3])}
    return Dialect.SOAP12 if names.get(element[1]) == _NS12 else Dialect.SOAP11

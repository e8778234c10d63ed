"""An answer for callers who know no receipt: the response of whatever they called, holding one text."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from gateway.model.request import Dialect
from gateway.soap.declared import enveloped

_LONGEST = 300
"""Bytes that name what was called, twice: some senders take no answers over 1024, headers and all."""
_TYPES = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def text_answer(called: etree._Element | None, text: str, dialect: Dialect) -> bytes:
    """The envelope that answers a call of the element `called`, None where none could be read, with `text`.

    As rpc style has it (SOAP 1.1 §7.1): the operation's name with Response after it, in its namespace; what it
    returns is the first element in it, unqualified, and says its type for those who decode by it.
    """
    response, declared = _response(called) if called is not None else ("", "")
    if not response or len(f"{response}{response}{declared}".encode()) > _LONGEST:
        response, declared = "response", ""
    returned = f'<return {_TYPES} xsi:type="xsd:string">{escape(text)}</return>'
    return enveloped(f"<{response}{declared}>{returned}</{response}>", dialect)


def _response(called: etree._Element) -> tuple[str, str]:
    """The name of what answers a call of the element `called`, and what declares its prefix."""
    name = etree.QName(called)
    if not name.namespace:
        return f"{name.localname}Response", ""
    return f"m:{name.localname}Response", f" xmlns:m={quoteattr(name.namespace)}"

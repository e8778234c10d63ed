"""The one hardened parse: bytes become the root element of an XML document, or a refusal. Nothing else parses XML."""

from __future__ import annotations

from typing import Any

from lxml import etree

from gateway.errors import Malformed, TooLarge
from gateway.model.charset import charset_of, decoded, without_bom
from gateway.model.request import Request

Element = etree._Element  # noqa: SLF001 - lxml has no other name for it
_UTF8 = ("utf-8", "ascii")

_PARSER = etree.XMLParser(
    encoding="utf-8",  # over what the document says: its charset was settled by all that says something about it
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)
_LIMITS = frozenset({etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_ENTITY_LOOP})
_LONGEST_REPORT = 200
_MAX_DEPTH = 64
_MOST_MARKS = 200_000
"""A tenth of a microsecond each for libxml2, ten times that for whoever looks at them."""
_is_too_deep = etree.XPath(f"boolean({'/*' * (_MAX_DEPTH + 1)})")


def root_of(request: Request) -> Element:
    """The root element of the body, parsed once. Raises Malformed, TooLarge, UnsupportedMedia."""
    found: Element | None = request.memo.get("root")
    if found is None:
        charset = charset_of(request.headers, request.content)
        request.notes += [charset.note] if charset.note else []
        found = request.memo["root"] = parsed(request.content, charset.codec)
    return found


def parsed(body: bytes, codec: str = "utf-8") -> Element:
    """The root element of `body`, which is text in `codec`. Raises Malformed, TooLarge."""
    text = without_bom(body) if codec in _UTF8 else decoded(body, codec).encode("utf-8", "surrogatepass")
    if text.count(b"<") > _MOST_MARKS:
        raise TooLarge(f"the XML has more than {_MOST_MARKS} tags")
    try:
        # White space before an XML declaration is an error that many clients make, and no harm.
        root = etree.fromstring(text.lstrip(), _PARSER)
    except etree.XMLSyntaxError as error:
        report = (error.msg or "no document")[:_LONGEST_REPORT]
        if getattr(error, "code", None) in _LIMITS or "Excessive depth" in report:
            raise TooLarge(f"the XML passes a limit: {report}") from None
        raise Malformed(f"the body is not well-formed XML: {report}") from None
    document: Any = root.getroottree().docinfo
    if document.doctype or document.internalDTD is not None:
        raise Malformed("the document has a DOCTYPE; none is taken (SOAP 1.1 §3, SOAP 1.2 §5)")
    if _is_too_deep(root):
        raise TooLarge(f"the XML is nested deeper than {_MAX_DEPTH}")
    return root

"""The places of a value in what goes out, and what makes it stand there as itself: no value can leave its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from gateway.model.forms import Unfit

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can hold (§2.2)."""
_NOT_HEADER = re.compile(r"[^\x20-\x7e]+")
_NOT_ATTRIBUTE = re.compile(r"[^\x21\x23\x24\x26-\x7e]+")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def in_xml(text: str) -> str:
    """Between tags, and between quotes of either kind (XML 1.0 §2.4). Raises Unfit.

    >>> in_xml('<a b="c">')
    '&lt;a b=&quot;c&quot;&gt;'
    """
    if _NOT_XML.search(text):
        raise Unfit("has a character that XML can't hold")
    # A carriage return would be read as a line feed (§2.11), and white space of an attribute as blanks (§3.3.3).
    return escape(text, {'"': "&quot;", "'": "&apos;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})


def in_form(text: str) -> str:
    """A value of a form or a query (URL Standard, application/x-www-form-urlencoded).

    >>> in_form("a b&c=é")
    'a+b%26c%3D%C3%A9'
    """
    return quote_plus(_utf8(text), safe="")


def in_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Parameters of a form or a query.

    >>> in_query([("a", "1"), ("a", "b c")])
    'a=1&a=b+c'
    """
    return "&".join(f"{in_form(name)}={in_form(text)}" for name, text in pairs)


def in_path(text: str) -> str:
    """Part of one segment of a path (RFC 3986 §3.3).

    >>> in_path("../a b?")
    '..%2Fa%20b%3F'
    """
    return quote(_utf8(text), safe="")


def in_header(text: str) -> str:
    r"""A header's value (RFC 9110 §5.5): what is not visible ASCII or a blank is percent-encoded UTF-8.

    >>> in_header("Zoë\r\nX-Evil: 1")
    'Zo%C3%AB%0D%0AX-Evil: 1'
    """
    return _NOT_HEADER.sub(lambda match: quote(_utf8(match[0]), safe=""), text)


def in_attribute(text: str) -> str:
    """A CloudEvents attribute's value in a header (CloudEvents HTTP binding §3.1.3.2).

    >>> in_attribute('50 % "x"')
    '50%20%25%20%22x%22'
    """
    return _NOT_ATTRIBUTE.sub(lambda match: quote(_utf8(match[0]), safe=""), text)


def in_host(text: str) -> str:
    """A host's name or IPv4 address, or part of one (RFC 1123 §2.1). Raises Unfit."""
    if not _HOST.fullmatch(text):
        raise Unfit(f"is {text[:60]!r}, which no host's name can be")
    return text


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")

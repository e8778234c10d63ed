"""Which character encoding a body is in, in the order of trust: its BOM, the header, the document itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from gateway.errors import UnsupportedMedia

_CHARSET = re.compile(r"""charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;]+))""", re.IGNORECASE)
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_READ = frozenset({"utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso8859-1", "cp1252", "ascii"})


def charset_of(headers: Mapping[str, str], body: bytes) -> str | None:
    """The encoding that Content-Type names, None where the body's BOM or the document decides.

    Raises UnsupportedMedia for one that we don't read.
    """
    match = _CHARSET.search(headers.get("content-type", ""))
    if match is None or body.startswith(_BOMS):
        return None
    named = (match[1] or match[2] or match[3] or "").strip()
    try:
        known = codecs.lookup(named).name
    except (LookupError, ValueError):
        known = ""
    if known not in _READ:
        raise UnsupportedMedia(f"the charset {named[:40]!r} is not one we read; send UTF-8")
    return known


def text_of(headers: Mapping[str, str], body: bytes) -> str:
    """`body` as text. Raises UnicodeDecodeError where it isn't in its encoding, UnsupportedMedia."""
    for bom, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (_BOMS[1], "utf-16"), (_BOMS[2], "utf-16")):
        if body.startswith(bom):
            return body.decode(encoding)
    return body.decode(charset_of(headers, body) or "utf-8")

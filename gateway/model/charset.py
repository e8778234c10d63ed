"""How the bytes of a body are coded. Its charset, in the order of trust: its BOM, the header, the document itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from gateway.errors import UnsupportedMedia

_CHARSET = re.compile(r"""charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;]+))""", re.IGNORECASE)
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_READ = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii",
    "utf-16": "utf-16-be", "utf16": "utf-16-be", "utf-16be": "utf-16-be", "utf-16le": "utf-16-le",
    "iso-8859-1": "iso8859-1", "iso8859-1": "iso8859-1", "iso_8859-1": "iso8859-1", "latin1": "iso8859-1",
    "latin-1": "iso8859-1", "windows-1252": "cp1252", "cp1252": "cp1252", "cp-1252": "cp1252",
}  # fmt: skip
"""The names of charsets that we read, as IANA and senders write them. Without a BOM, UTF-16 is big-endian
(RFC 2781 §4.3). A table, not `codecs.lookup`, which keeps every name that a stranger ever made up."""


def charset_of(headers: Mapping[str, str], body: bytes) -> str | None:
    """The encoding that Content-Type names, None where the body's BOM or the document decides.

    Raises UnsupportedMedia for one that we don't read.
    """
    match = _CHARSET.search(headers.get("content-type", ""))
    if match is None or body.startswith(_BOMS):
        return None
    return known((match[1] or match[2] or match[3] or "").strip())


def known(name: str) -> str:
    """Python's name of the charset that somebody calls `name`. Raises UnsupportedMedia for one that we don't read."""
    found = _READ.get(name.lower())
    if found is None:
        raise UnsupportedMedia(f"the charset {name[:40]!r} is not one we read; send UTF-8")
    return found


def check_coding(headers: Mapping[str, str]) -> None:
    """Raises UnsupportedMedia for a content coding (RFC 9110 §8.4) that we don't read."""
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise UnsupportedMedia(f"the content encoding {coding[:40]!r} is not one we read; send it as it is")


def without_bom(body: bytes) -> bytes:
    """`body` from its first character on."""
    bom = next((bom for bom in _BOMS if body.startswith(bom)), b"")
    return body[len(bom) :]


def text_of(headers: Mapping[str, str], body: bytes) -> str:
    """`body` as text. Raises UnicodeDecodeError where it isn't in its encoding, UnsupportedMedia."""
    for bom, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (_BOMS[1], "utf-16"), (_BOMS[2], "utf-16")):
        if body.startswith(bom):
            return body.decode(encoding)
    return body.decode(charset_of(headers, body) or "utf-8")

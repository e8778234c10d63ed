"""How the bytes of a body are coded. Its charset, in the order of trust: its BOM, the header, the document itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from encodings.aliases import aliases

from gateway.errors import Malformed, UnsupportedMedia

_CHARSET = re.compile(r"""charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;]+))""", re.IGNORECASE)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_CHARSETS = frozenset({"utf_7", "mbcs", "oem", "idna", "punycode", "undefined", "rot_13"})
_WIDE = ("utf-16", "utf-32")


def _names() -> dict[str, str]:
    """Every name of a charset that Python lists as text, as IANA and senders write them, folded.

    A table, not `codecs.lookup` of what a stranger sends: it keeps every name that was ever made up.
    """
    found = {}
    for alias, codec in aliases.items():
        if codec in _NO_CHARSETS or codec.endswith("_codec") or codec.startswith(("unicode_", "raw_unicode")):
            continue
        found[_folded(alias)] = found[_folded(codec)] = codec.replace("_", "-")
    # Without a BOM, UTF-16 and UTF-32 are big-endian (RFC 2781 §4.3, Unicode D101).
    found |= {"utf16": "utf-16-be", "ucs2": "utf-16-be", "utf32": "utf-32-be", "ucs4": "utf-32-be"}
    return found | {"utf8sig": "utf-8", "unicode": "utf-16-be"}


def _folded(name: str) -> str:
    return re.sub(r"[-_ .:]", "", name.lower())


_READ = _names()


@dataclass(frozen=True, slots=True)
class Charset:
    """How a body is coded."""

    codec: str
    """Python's name of it."""
    is_said: bool = True
    """Whether its BOM, the header or the document says so; else UTF-8 is taken for granted."""
    note: str = ""
    """What its sender should know."""


def charset_of(headers: Mapping[str, str], body: bytes) -> Charset:
    """How `body` is coded. Raises UnsupportedMedia for a charset that we don't read."""
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return Charset(codec)
    named = named_by(headers.get("content-type", ""))
    if named is not None:
        return Charset(named)
    for zeros, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Every document that we read begins with an ASCII character (RFC 4627 §3, XML 1.0 §F.1).
        if len(body) > 1 and body[zeros] == 0 and 0 < body[1 - zeros] < 128:  # noqa: PLR2004 - ASCII
            return Charset(codec)
    declared = _DECLARED.match(body[:300].lstrip())
    if declared is None:
        return Charset("utf-8", is_said=False)
    codec = known(declared[1].decode("ascii"))
    if codec.startswith(_WIDE):
        # Serialisers that write to a string say so; as one can read it, it can't be true.
        return Charset("utf-8", note=f"the XML says that it is {declared[1].decode('ascii')}; it was read as UTF-8")
    return Charset(codec)


def named_by(content_type: str) -> str | None:
    """The charset that a media type's parameter names. Raises UnsupportedMedia for one that we don't read."""
    match = _CHARSET.search(content_type)
    return None if match is None else known((match[1] or match[2] or match[3] or "").strip())


def known(name: str) -> str:
    """Python's name of the charset that somebody calls `name`. Raises UnsupportedMedia for one that we don't read."""
    found = _READ.get(_folded(name[:40]))
    if found is None:
        raise UnsupportedMedia(f"the charset {name[:40]!r} is not one we read; send UTF-8")
    return found


def without_bom(body: bytes) -> bytes:
    """`body` from its first character on."""
    bom = next((bom for bom, _ in _BOMS if body.startswith(bom)), b"")
    return body[len(bom) :]


def decoded(body: bytes, codec: str) -> str:
    """`body` as text. Raises Malformed where it isn't in its charset."""
    try:
        return without_bom(body).decode(codec)
    except UnicodeDecodeError as error:
        raise Malformed(f"the body is not {error.encoding} at byte {error.start}: {error.reason}") from None
    except UnicodeError as error:  # some codecs of the standard library say no more
        raise Malformed(f"the body is not {codec}: {error}"[:200]) from None

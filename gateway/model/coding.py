"""Content codings (RFC 9110 §8.4.1): gzip and deflate bodies are inflated, bounded by what comes out."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from gateway.errors import Malformed, TooLarge, UnsupportedMedia

_NAMES = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_MOST = 2
"""Codings one upon the other; nobody has a use for more."""
_MOST_MEMBERS = 1000
_PIECE = 16 * 1024
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS


def codings_of(headers: Mapping[str, str]) -> list[str]:
    """The codings of a body, the last applied first. Raises UnsupportedMedia for one that we don't read."""
    listed = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    applied = [name for name in listed if name not in ("", "identity")]
    for name in applied:
        if name not in _NAMES:
            raise UnsupportedMedia(f"the content encoding {name[:40]!r} is not one we read; send gzip, or none")
    if len(applied) > _MOST:
        raise UnsupportedMedia(f"the body is encoded {len(applied)} times; at most {_MOST} are read")
    return applied[::-1]


def inflated(headers: Mapping[str, str], body: bytes, limit: int) -> bytes:
    """`body` without its content codings. Raises TooLarge, Malformed, UnsupportedMedia."""
    for coding in codings_of(headers) if "content-encoding" in headers else ():
        body = _inflated(body, limit, coding)
    return body


def first_inflated(headers: Mapping[str, str], head: bytes, count: int) -> bytes:
    """Up to `count` first bytes of a body that begins with `head`; as they are where they can't be inflated."""
    try:
        for coding in codings_of(headers) if "content-encoding" in headers else ():
            head = _stream(head, coding).decompress(head, count)
    except (zlib.error, UnsupportedMedia):
        pass
    return head[:count]


def _inflated(body: bytes, limit: int, coding: str) -> bytes:
    """All members of `body` (RFC 1952 §2.2), one after the other, in pieces: what a piece leaves over is copied."""
    inflated = bytearray()
    stream, members, place = _stream(body, coding), 1, 0
    try:
        while place < len(body):
            piece = body[place : place + _PIECE]
            if stream.eof:
                if not body[place : place + 1].strip(b"\0") and not body[place:].strip(b"\0"):
                    break
                stream, members = _stream(piece, coding), members + 1
                if members > _MOST_MEMBERS:
                    raise Malformed(f"the {coding} body has more than {_MOST_MEMBERS} members")
            inflated += stream.decompress(piece, limit + 1 - len(inflated))
            if len(inflated) > limit:
                raise TooLarge(f"the body has more than {limit} bytes when it is inflated")
            place += len(piece) - len(stream.unconsumed_tail) - len(stream.unused_data)
    except zlib.error as error:
        raise Malformed(f"the body is not {coding}: {error}") from None
    if not stream.eof:
        raise Malformed(f"the {coding} body ends too early")
    return bytes(inflated)


def _stream(body: bytes, coding: str) -> zlib._Decompress:
    """Senders call both zlib's format and bare deflate `deflate`; zlib's first byte tells (RFC 1950 §2.2)."""
    is_bare = coding == "deflate" and bool(body) and (body[0] & 0x0F != zlib.DEFLATED or not _is_zlib(body))
    return zlib.decompressobj(_RAW if is_bare else _GZIP_OR_ZLIB)


def _is_zlib(body: bytes) -> bool:
    return len(body) > 1 and int.from_bytes(body[:2], "big") % 31 == 0

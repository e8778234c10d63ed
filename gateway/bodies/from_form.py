"""Forms and queries: application/x-www-form-urlencoded (URL Standard §5.1), values text throughout."""

from __future__ import annotations

import re
from binascii import unhexlify

from gateway.bodies import Body, Item
from gateway.errors import Malformed, TooLarge
from gateway.model.charset import charset_of, without_bom
from gateway.model.field_reading import Form, Pairs, Reading
from gateway.model.json_text import MAX_VALUES
from gateway.model.request import Request

_PERCENT = re.compile(rb"(?:%[0-9A-Fa-f]{2})++")
FALLBACK = "cp1252"
"""What senders that know of no charset use, where it isn't UTF-8."""


def read(request: Request, reading: Reading) -> Body:
    """The event of a form. Raises Malformed, TooLarge, UnsupportedMedia."""
    charset = charset_of(request.headers, request.content)
    body = without_bom(request.content)
    if charset.is_said:
        return Body([Item(_pairs(body, charset.codec, "form"), Form.TEXT)])
    return Body([Item(_guessed(request, body, "form", reading), Form.TEXT)])


def query_pairs(request: Request, reading: Reading) -> Pairs:
    """The parameters of the URL, without those that an authenticator reads. Raises Malformed, TooLarge."""
    if not request.query:
        return Pairs()
    pairs = _guessed(request, request.query.encode("latin-1", "replace"), "query", reading)
    if not request.secret_parameters:
        return pairs
    return Pairs(pair for pair in pairs if pair[0] not in request.secret_parameters)


def _guessed(request: Request, text: bytes, noun: str, reading: Reading) -> Pairs:
    """As UTF-8, and in a lenient reading else as Windows-1252: nothing says what it is."""
    try:
        return _pairs(text, "utf-8", noun)
    except Malformed:
        if reading is Reading.STRICT:
            raise
        pairs = _pairs(text, FALLBACK, noun)
    request.notes.append(f"the {noun} is not UTF-8 and names no charset; it was read as Windows-1252")
    return pairs


def _pairs(text: bytes, codec: str, noun: str) -> Pairs:
    """application/x-www-form-urlencoded (URL Standard §5.1). The standard library's takes seconds for 4 MB of `%`."""
    try:
        if codec.startswith(("utf-16", "utf-32")):  # in which `&` is no single byte
            text, codec = text.decode(codec).encode(), "utf-8"
        if text.count(b"&") >= MAX_VALUES:
            raise TooLarge(f"the {noun} has more than {MAX_VALUES} fields")
        parts = [part.partition(b"=") for part in text.replace(b"+", b" ").split(b"&") if part]
        return Pairs([(_unquoted(name).decode(codec), _unquoted(value).decode(codec)) for name, _, value in parts])
    except UnicodeError:
        raise Malformed(f"the {noun} is not {codec}, or a percent-encoded value in it is not") from None


def _unquoted(text: bytes) -> bytes:
    return _PERCENT.sub(_bytes_of, text) if b"%" in text else text


def _bytes_of(run: re.Match[bytes]) -> bytes:
    return unhexlify(run[0].replace(b"%", b""))

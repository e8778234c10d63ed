"""Multipart forms (RFC 7578): fields are text, files are bytes, which only a base64 field takes."""

from __future__ import annotations

import re

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, State

from gateway.bodies import Body, Item
from gateway.bodies.from_form import FALLBACK
from gateway.errors import Malformed, TooLarge, UnsupportedMedia
from gateway.model.charset import named_by
from gateway.model.field_reading import Form, Pairs, Reading
from gateway.model.request import Request

MAX_PARTS = 1000
_LONGEST_HEAD, _LONGEST_HEADS = 16 * 1024, 256 * 1024
_BLANK_LINE = re.compile(rb"\r\n\r\n|\r\r|\n\n")
_BOUNDARY = re.compile(r"[ -~]{1,200}")
"""RFC 2046 §5.1.1 allows 70 characters; some senders make longer ones."""
_AS_THEY_ARE = ("", "7bit", "8bit", "binary")
_CHARSET_FIELD = "_charset_"
"""A field that names the charset of all others (RFC 7578 §4.6)."""


def read(request: Request, reading: Reading) -> Body:
    """The event of a multipart form. Raises Malformed, TooLarge, UnsupportedMedia."""
    parts = _parts(request)
    said = next((content for name, _, content in parts if name == _CHARSET_FIELD), b"")
    default = named_by(f"charset={said.decode('latin-1')}") if said else None
    pairs = Pairs()
    for name, part, content in parts:
        if isinstance(part, File):
            # A form's file that nobody chose has neither name nor content.
            pairs += [(name, content)] if part.filename or content else []
        elif name != _CHARSET_FIELD:
            pairs.append((name, _text(request, content, named_by(_type(part.headers)) or default, name, reading)))
    return Body([Item(pairs, Form.TEXT)])


def _text(request: Request, content: bytes, charset: str | None, name: str, reading: Reading) -> str:
    try:
        return content.decode(charset or "utf-8")
    except UnicodeError:
        if charset is not None or reading is Reading.STRICT:
            raise Malformed(f"the field {name[:60]!r} is not {charset or 'utf-8'}") from None
    note = "a field is not UTF-8 and names no charset; it was read as Windows-1252"
    request.notes += [note] if note not in request.notes else []
    try:
        return content.decode(FALLBACK)
    except UnicodeError:
        raise Malformed(f"the field {name[:60]!r} is neither UTF-8 nor Windows-1252") from None


def _parts(request: Request) -> list[tuple[str, Field | File, bytes]]:
    """Name, head and content of each part."""
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise Malformed("the multipart body's type names no boundary, or one that is none")
    _check_heads(request.content, boundary.encode())
    decoder = MultipartDecoder(boundary.encode(), max_parts=MAX_PARTS)
    parts: list[tuple[str, Field | File, bytearray]] = []
    try:
        decoder.receive_data(request.content)
        decoder.receive_data(None)
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, Field | File):
                _check_head(event)
                parts.append((event.name, event, bytearray()))
            elif isinstance(event, Data):
                parts[-1][2].extend(event.data)
    except RequestEntityTooLarge:
        raise TooLarge(f"the form has more than {MAX_PARTS} parts") from None
    except (ValueError, KeyError, IndexError) as error:
        what = "none of its boundaries is in it" if decoder.state is State.PREAMBLE else f"it is broken or cut: {error}"
        raise Malformed(f"the body is no multipart form: {what}"[:200]) from None
    return [(name, part, bytes(content)) for name, part, content in parts]


def _check_heads(body: bytes, boundary: bytes) -> None:
    """Werkzeug has no limit on what stands before a part's content, and takes a second for 4 MB of it."""
    heads = 0
    for part in re.split(rb"(?:\A|[\r\n])--" + re.escape(boundary), body)[1:]:
        end = _BLANK_LINE.search(part)
        head = end.start() if end else len(part) if not part.startswith(b"--") else 0
        heads += head
        if head > _LONGEST_HEAD:
            raise TooLarge(f"the head of a part has more than {_LONGEST_HEAD} bytes")
        if heads > _LONGEST_HEADS:
            raise TooLarge(f"the heads of the parts have more than {_LONGEST_HEADS} bytes")


def _check_head(part: Field | File) -> None:
    if not isinstance(part.name, str):
        raise Malformed("a part of the form has no name")
    coding = part.headers.get("content-transfer-encoding", "").strip().lower()
    if coding not in _AS_THEY_ARE:
        raise UnsupportedMedia(
            f"the part {part.name[:60]!r} has the transfer encoding {coding[:40]!r}; send it as it is"
        )


def _type(headers: Headers) -> str:
    return headers.get("content-type", "")

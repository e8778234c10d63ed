"""Plain text with a field a line, `name: value` or `name=value`: what a sender's text template holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.bodies import Body, Item
from gateway.errors import Malformed, TooLarge
from gateway.model.charset import charset_of, decoded
from gateway.model.field_reading import Form, Pairs
from gateway.model.json_text import MAX_VALUES
from gateway.model.request import Request

_FIELD = re.compile(r"[ \t]*+([A-Za-z_][\w.\[\]-]*+)[ \t]*+[:=][ \t]*+(.*)", re.ASCII)
_FIRST = re.compile(rb"\s*+[A-Za-z_][\w.\[\]-]*+[ \t]*+[:=][^\r\n]*+(?:[\r\n]|\Z)", re.ASCII)
_ONE_LINE_OF_A_FORM = re.compile(rb"\s*+[\w.\[\]%-]++=[^\r\n]*+\s*+", re.ASCII)


def looks_like_fields(content: bytes) -> bool:
    """Whether the first line of a plain text is a field, and the whole is no form, which is one line."""
    return _FIRST.match(content) is not None and _ONE_LINE_OF_A_FORM.fullmatch(content) is None


def read(request: Request) -> Body:
    """The event of a plain text. Raises Malformed, TooLarge, UnsupportedMedia."""
    text = decoded(request.content, charset_of(request.headers, request.content).codec)
    pairs = Pairs(_fields(text))
    if len(pairs) > MAX_VALUES:
        raise TooLarge(f"the text has more than {MAX_VALUES} fields")
    return Body([Item(pairs, Form.TEXT)])


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        found = _FIELD.fullmatch(line)
        if found is None and line.strip():
            raise Malformed(f"line {number} of the text is no field; each is `name: value` or `name=value`")
        if found is not None:
            yield found[1], found[2].rstrip()

"""JSON (RFC 8259): an object is one event, a list is a batch; so are JSON lines, an object each."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from itertools import islice
from typing import TypeVar

from gateway.bodies import MAX_EVENTS, Body, Item
from gateway.errors import Malformed, TooLarge
from gateway.model.charset import charset_of, decoded
from gateway.model.field_reading import Form, Pairs
from gateway.model.json_text import parsed_json
from gateway.model.mending import JsonTemplate, mended
from gateway.model.request import Request

LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines")
"""Media types of JSON lines."""


def read(request: Request, templates: Sequence[JsonTemplate] = ()) -> Body:
    """The events of a JSON body; broken, it is mended by `templates`. Raises Malformed, TooLarge, UnsupportedMedia."""
    document = document_of(request) if not templates else _mended_document(request, templates)
    if isinstance(document, list):
        return Body([item_of(one, f"item {place} of the list") for place, one in enumerate(listed(document))], True)
    if not isinstance(document, dict):
        raise Malformed("the JSON is neither an object nor a list of objects")
    return Body([item_of(document, "the JSON")])


def read_lines(request: Request) -> Body:
    """The events of JSON lines. Raises Malformed, TooLarge, UnsupportedMedia."""
    lines = ((number, line) for number, line in enumerate(StringIO(text_of(request)), 1) if line.strip())
    return Body([_line(number, line) for number, line in listed(list(islice(lines, MAX_EVENTS + 1)))], True)


def _line(number: int, line: str) -> Item:
    try:
        return item_of(parsed_json(line), f"line {number}")
    except Malformed as error:
        said = error.detail.removeprefix(f"line {number} ")
        raise Malformed(f"line {number}: {said}" if said == error.detail else error.detail) from None


def _mended_document(request: Request, templates: Sequence[JsonTemplate]) -> object:
    text = text_of(request)
    try:
        return parsed_json(text)
    except (Malformed, TooLarge):  # what broke it may look like very many values
        whole = mended(text, templates)
        if whole is None:
            raise
    request.notes.append("the JSON was broken by what was put into it, and was mended by its template")
    return parsed_json(whole)


def document_of(request: Request) -> object:
    """The JSON document that the body is."""
    return parsed_json(text_of(request))


def text_of(request: Request) -> str:
    """The body as text. Raises Malformed, UnsupportedMedia."""
    return decoded(request.content, charset_of(request.headers, request.content).codec)


def item_of(document: object, what: str) -> Item:
    """The event that a JSON object is; `what` names it in the refusal of anything else."""
    if not isinstance(document, dict):
        raise Malformed(f"{what} is no object")
    return Item(Pairs(document.items()), Form.JSON)


_One = TypeVar("_One")


def listed(documents: list[_One]) -> list[_One]:
    """`documents`, where there are neither none nor too many. Raises Malformed, TooLarge."""
    if not documents:
        raise Malformed("the list is empty")
    if len(documents) > MAX_EVENTS:
        raise TooLarge(f"the list has {len(documents)} events; at most {MAX_EVENTS} are taken at once")
    return documents

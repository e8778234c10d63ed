"""CloudEvents 1.0 over HTTP: structured, binary and batched (CloudEvents HTTP binding §3, JSON format §3 and §4)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from gateway.bodies import Body, Item, from_json
from gateway.errors import Malformed
from gateway.model.canonical import Number
from gateway.model.field_reading import Form, Pairs
from gateway.model.request import Request

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
_DATA = ("data", "data_base64")
_REQUIRED = ("id", "source", "type", "specversion")
_PREFIX = "ce-"
_ESCAPED = re.compile(r"\\(.)")

ReadData = Callable[[Request, str, bytes], Body]
"""Reads data of a media type, as a body of it would be."""


def is_binary(request: Request) -> bool:
    """Whether a CloudEvent's attributes stand in the headers."""
    return "ce-specversion" in request.headers or ("ce-type" in request.headers and "ce-id" in request.headers)


def read_structured(request: Request, read_data: ReadData) -> Body:
    """The event of a structured-mode body. Raises Malformed, TooLarge, UnsupportedMedia."""
    return Body([_item(request, from_json.document_of(request), "the body", read_data)])


def read_batch(request: Request, read_data: ReadData) -> Body:
    """The events of a batch. Raises Malformed, TooLarge, UnsupportedMedia."""
    documents = from_json.document_of(request)
    if not isinstance(documents, list):
        raise Malformed("a batch of CloudEvents is a JSON list")
    listed = from_json.listed(documents)
    return Body([_item(request, one, f"item {place}", read_data) for place, one in enumerate(listed)], is_list=True)


def read_binary(request: Request, read_data: ReadData) -> Body:
    """The event whose attributes are headers and whose data is the body. Raises as its media type does."""
    try:
        given = {
            name.removeprefix(_PREFIX): _unquoted(value)
            for name, value in request.headers.items()
            if name.startswith(_PREFIX)
        }
    except UnicodeDecodeError:
        raise Malformed("a ce- header is not UTF-8 once it is unquoted (CloudEvents HTTP binding §3.1.3.2)") from None
    attributes = _checked(given, "the request")
    if not request.content or request.content.isspace():
        return Body([Item(Pairs(), Form.JSON, type=attributes["type"], attributes=attributes)])
    body = read_data(request, request.headers.get("content-type", ""), request.content)
    if body.is_list:
        raise Malformed("a CloudEvent's data must be an object; send a list of CloudEvents as a batch")
    return Body([replace(body.items[0], type=attributes["type"], attributes=attributes)])


def _unquoted(value: str) -> str:
    """A header's value: quoted or not, then percent-encoded (CloudEvents HTTP binding §3.1.3.2)."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _ESCAPED.sub(r"\1", value[1:-1])
    return unquote(value, errors="strict") if "%" in value else value


def _item(request: Request, document: object, what: str, read_data: ReadData) -> Item:
    if not isinstance(document, dict):
        raise Malformed(f"{what} is no CloudEvent: it is no JSON object")
    attributes = _checked(document, what)
    item = _data(request, document, str(document.get("datacontenttype") or "application/json"), what, read_data)
    return replace(item, type=attributes["type"], attributes=attributes)


def _data(request: Request, document: Mapping[str, Any], media: str, what: str, read_data: ReadData) -> Item:
    """The event's data: a JSON value, text of another media type, or bytes in base64."""
    encoded = document.get("data_base64")
    data = document.get("data")
    if encoded is not None and data is not None:
        raise Malformed(f"{what} has both data and data_base64")
    if encoded is not None:
        try:
            body = read_data(request, media, base64.b64decode(str(encoded), validate=True))
        except ValueError:  # binascii's own, or a character that is not ASCII
            raise Malformed(f"{what}: data_base64 is not base64") from None
    elif isinstance(data, str) and not isinstance(data, Number) and not _is_json(media):
        body = read_data(request, f"{media.partition(';')[0]}; charset=utf-8", data.encode("utf-8", "surrogatepass"))
    elif data is None:
        return Item(Pairs(), Form.JSON)
    else:
        return from_json.item_of(data, f"the data of {what}")
    if body.is_list:
        raise Malformed(f"the data of {what} is no object")
    return body.items[0]


def _is_json(media: str) -> bool:
    media = media.partition(";")[0].strip().lower()
    return media.endswith(("/json", "+json"))


def _checked(given: Mapping[str, object], what: str) -> dict[str, str]:
    """The attributes that are text, where those that are required are there. Raises Malformed."""
    missing = [name for name in _REQUIRED if not _is_text(given.get(name))]
    if missing:
        raise Malformed(f"{what} is no CloudEvent: it has no {', no '.join(missing)}")
    if given["specversion"] != "1.0":
        raise Malformed(f"{what}: specversion {str(given['specversion'])[:20]!r} is not read; 1.0 is")
    return {name: str(value) for name, value in given.items() if _is_text(value) and name not in _DATA}


def _is_text(value: object) -> bool:
    """A number is text too, of a kind; NUL is in no database's."""
    return type(value) is str and value != "" and "\0" not in value

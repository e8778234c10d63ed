"""HTTP calls: JSON, form and query in; a JSON receipt or problem+json (RFC 9457) out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from gateway.errors import (
    ContractViolation,
    Malformed,
    Refusal,
    TooLarge,
    UnknownOperation,
    UnsupportedMedia,
    Violation,
)
from gateway.model.charset import check_coding, text_of, without_bom
from gateway.model.contract import Contract, EventType, fold
from gateway.model.field_reading import Form, Reading
from gateway.model.json_text import MAX_VALUES, parsed_json
from gateway.model.message import Message
from gateway.model.reading import Reader, pointer, summary
from gateway.model.receipt import Receipt
from gateway.model.request import Answer, Request

MAX_EVENTS = 1000
"""How many events one request may hold."""
_FORM = "application/x-www-form-urlencoded"
_MAY_BE_JSON = ("", "application/octet-stream", "text/plain", _FORM, "text/xml", "application/xml", "text/html")
"""Media types that senders put on JSON too: the first byte tells."""
_GENERIC = ("", "application/octet-stream", "text/plain")

Pairs = list[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class HttpBinding:
    """The HTTP dialect of one source."""

    contract: Contract
    readers: Mapping[str, Reader]
    reading: Reading
    accepted_status: int = 202
    event_from: str | None = None

    def read(self, request: Request) -> list[Message]:
        """The messages of `request`. Raises RequestError of every kind that a body can cause."""
        items, form, is_list = self._items(request)
        messages = []
        violations: list[Violation] = []
        for position, pairs in enumerate(items):
            event = self._event(request, pairs)
            data, found = self.readers[event.name].examine(pairs, form)
            prefix = f"/{position}" if is_list else ""
            violations += [Violation(prefix + one.path, one.message) for one in found]
            messages.append(Message(event, data))
        if violations:
            raise ContractViolation(summary(violations), violations=violations)
        request.memo["is_list"] = is_list
        return messages

    def accept(self, request: Request, receipt: Receipt) -> Answer:
        """The receipt, as JSON."""
        del request
        headers = {} if receipt.is_list else {"Gateway-Event-Id": receipt.event_ids[0]}
        return Answer(self.accepted_status, _json(receipt.document()), "application/json", headers)

    def refuse(self, request: Request, error: Refusal) -> Answer:
        """`error` as problem+json."""
        return refuse(request, error)

    def _items(self, request: Request) -> tuple[list[Pairs], Form, bool]:
        """What was sent: the pairs of each event, what their values are, and whether they came as a list."""
        if request.body:
            read, request.binding = _reader_of(request)
            items, form, is_list = read(request)
            if self.reading is Reading.LENIENT and request.query:
                items = [_joined(pairs, _query(request)) for pairs in items]
            return items, form, is_list
        if request.query or request.method == "GET":
            request.binding = "query"
            return [list(_query(request))], Form.TEXT, False
        raise Malformed("the request has neither a body nor a query")

    def _event(self, request: Request, pairs: Pairs) -> EventType:
        """The event that the path names, else a parameter or field, else the contract's only one.

        What names the event is no field: it is taken out of `pairs`.
        """
        said = self._taken_out(request, pairs) if self.event_from is not None else None
        name = request.event if request.event is not None else said
        if name is None and len(self.contract.events) == 1:
            return next(iter(self.contract.events.values()))
        event = self.contract.event_named(name) if name is not None else None
        if event is None:
            paths = ", ".join(one.path for one in self.contract.events.values())
            what = f"no event {name!r}" if name is not None else "the path names no event"
            raise UnknownOperation(f"{what}; /in/{request.source}/<event> takes: {paths}")
        return event

    def _taken_out(self, request: Request, pairs: Pairs) -> str | None:
        """What `event_from` says, in the URL or in the body; None where it says nothing."""
        wanted = fold(self.event_from or "")
        beside = _query(request) if request.body else []
        named = [value for key, value in (*beside, *pairs) if fold(key) == wanted and value not in (None, "")]
        pairs[:] = [pair for pair in pairs if fold(pair[0]) != wanted]
        if named and not isinstance(named[0], str):
            raise ContractViolation(
                f"{self.event_from} names no event",
                violations=[Violation(pointer(self.event_from or ""), "must be text")],
            )
        return str(named[0]) if named else None


def refuse(request: Request, error: Refusal) -> Answer:
    """`error` as problem+json, whether the source is known or not."""
    problem: dict[str, Any] = {
        "type": f"urn:gateway:problem:{error.reason}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "reason": error.reason,
        "requestId": request.request_id,
        "violations": [{"path": one.path, "message": one.message} for one in error.violations],
    }
    return Answer(error.status, _json(problem), "application/problem+json", error.headers)


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


Read = Callable[[Request], tuple[list[Pairs], Form, bool]]


def _reader_of(request: Request) -> tuple[Read, str]:
    """What reads the body, and the binding's name: by the media type, or by the first byte where that says nothing."""
    check_coding(request.headers)
    media, first = request.content_type, _first_byte(request.body)
    if media.startswith("application/cloudevents"):
        raise UnsupportedMedia("CloudEvents are not read yet; send the event's data as JSON")
    if (
        media in ("application/json", "text/json")
        or media.endswith("+json")
        or (first in (b"{", b"[") and media in _MAY_BE_JSON)
    ):
        return _read_json, "json"
    if media == _FORM or (media in _GENERIC and first not in (b"<", b"")):
        return _read_form, "form"
    what = f"the media type {media[:80]!r}" if media not in _GENERIC else "an XML body that is no SOAP envelope"
    raise UnsupportedMedia(f"{what} is not one this endpoint reads; send JSON, a form, a query or SOAP")


def _first_byte(body: bytes) -> bytes:
    return without_bom(body).replace(b"\0", b"").lstrip()[:1]


def _read_form(request: Request) -> tuple[list[Pairs], Form, bool]:
    return [list(_pairs(_text(request)))], Form.TEXT, False


def _query(request: Request) -> Pairs:
    try:
        return _pairs(request.query.encode("latin-1").decode())
    except UnicodeError:
        raise Malformed("the query is not UTF-8") from None


def _pairs(text: str) -> Pairs:
    """application/x-www-form-urlencoded (URL Standard §5.1)."""
    try:
        return list(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_VALUES))
    except UnicodeDecodeError:
        raise Malformed("a percent-encoded value is not UTF-8") from None
    except ValueError:
        raise TooLarge(f"the form has more than {MAX_VALUES} fields") from None


def _joined(body: Pairs, query: Pairs) -> Pairs:
    """URL parameters are fields too, in a lenient reading; where both name one, the body's counts."""
    named = {fold(name) for name, _ in body}
    return [*body, *(pair for pair in query if fold(pair[0]) not in named)]


def _read_json(request: Request) -> tuple[list[Pairs], Form, bool]:
    document = parsed_json(_text(request))
    if isinstance(document, dict):
        return [list(document.items())], Form.JSON, False
    if not isinstance(document, list):
        raise Malformed("the JSON is neither an object nor a list of objects")
    if not document:
        raise Malformed("the list is empty")
    if len(document) > MAX_EVENTS:
        raise TooLarge(f"the list has {len(document)} events; at most {MAX_EVENTS} are taken at once")
    for position, item in enumerate(document):
        if not isinstance(item, dict):
            raise Malformed(f"item {position} of the list is no object")
    return [list(item.items()) for item in document], Form.JSON, True


def _text(request: Request) -> str:
    try:
        return text_of(request.headers, request.body)
    except UnicodeDecodeError as error:
        raise Malformed(f"the body is not {error.encoding} at byte {error.start}") from None

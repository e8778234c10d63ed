"""HTTP calls: whatever the body is, messages in; a JSON receipt or problem+json (RFC 9457) out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.bodies import Body, Item
from gateway.bodies.chosen import Bodies
from gateway.bodies.from_cloudevents import is_binary
from gateway.bodies.from_form import query_pairs
from gateway.errors import MOST_VIOLATIONS, ContractViolation, Malformed, Refusal, UnknownOperation, Violation
from gateway.model.contract import Contract, EventType, fold
from gateway.model.field_reading import Form, Pairs, Reading
from gateway.model.inference import Inference, inferred
from gateway.model.mending import JsonTemplate
from gateway.model.message import Message
from gateway.model.pointer import pointer
from gateway.model.reading import Reader, summary
from gateway.model.receipt import Receipt
from gateway.model.request import Answer, Request
from gateway.model.rules import Rules


@dataclass(frozen=True, slots=True)
class HttpBinding:
    """The HTTP dialect of one source."""

    contract: Contract
    readers: Mapping[str, Reader]
    reading: Reading
    accepted_status: int = 202
    event_from: str | None = None
    templates: Sequence[JsonTemplate] = ()
    """The JSON bodies that the sender is set up with."""
    inferences: Sequence[Inference] = ()
    """Which event a call is that names none."""
    rules: Rules = field(default_factory=Rules)

    def read(self, request: Request) -> list[Message]:
        """The messages of `request`. Raises RequestError of every kind that a body can cause."""
        body, beside = self._body(request)
        fields_beside = beside if self.reading is Reading.LENIENT else ()
        messages = []
        violations: list[Violation] = []
        for position, item in enumerate(body.items):
            event = self._event(request, item, beside)
            data, found = self.readers[event.name].examine(item.pairs, item.form, fields_beside)
            prefix = f"/{position}" if body.is_list else ""
            violations += [Violation(prefix + one.path, one.message) for one in found]
            messages.append(Message(event, data, item.attributes))
            if len(violations) > MOST_VIOLATIONS:
                break
        if violations:
            raise ContractViolation(summary(violations), violations=violations)
        request.memo["is_list"] = body.is_list
        return messages

    def accept(self, request: Request, receipt: Receipt) -> Answer:
        """The receipt, as JSON."""
        del request
        headers = {"Gateway-Event-Id": receipt.event_ids[0]} if receipt.event_ids and not receipt.is_list else {}
        return Answer(self.accepted_status, _json(receipt.document()), "application/json", headers)

    def refuse(self, request: Request, error: Refusal) -> Answer:
        """`error` as problem+json."""
        return refuse(request, error)

    def _body(self, request: Request) -> tuple[Body, Pairs]:
        """What was sent, and the URL parameters beside a body."""
        if (request.content and not request.content.isspace()) or is_binary(request):
            body = Bodies(self.contract.namespace, self.reading, self.templates).read(request)
            is_asked = self.reading is Reading.LENIENT or self.event_from is not None
            return body, query_pairs(request, self.reading) if is_asked else Pairs()
        if request.query or request.method == "GET":
            request.binding = "query"
            return Body([Item(query_pairs(request, self.reading), Form.TEXT)]), Pairs()
        raise Malformed("the request has neither a body nor a query")

    def _event(self, request: Request, item: Item, beside: Pairs) -> EventType:
        """The event that the path names; else `event_from`, the item itself, its root element; else the only one."""
        said = self._taken_out(item, beside) if self.event_from is not None else None
        name = request.event or said or item.type
        event = self.contract.event_named(name) if name else None
        if not name:
            event = self.contract.event_named(item.root) if item.root else None
            if event is None and len(self.contract.events) == 1:
                event = next(iter(self.contract.events.values()))
            event = event or inferred(self.inferences, item.pairs, self.rules)
        if event is None:
            paths = ", ".join(one.path for one in self.contract.events.values())
            unnamed = "the path names no event" + (f", nor does {self.event_from}" if self.event_from else "")
            what = f"no event {(name or item.root)[:80]!r}" if name or item.root else unnamed
            raise UnknownOperation(f"{what}; /in/{request.source}/<event> takes: {paths}")
        if item.root and self.reading is Reading.STRICT:
            self._check_root(item, event)
        return event

    def _check_root(self, item: Item, event: EventType) -> None:
        if item.root != event.element or item.root_namespace not in ("", self.contract.namespace):
            what = f"must be one <{event.element}>, in the contract's namespace or in none"
            raise ContractViolation(f"the document {what}", violations=[Violation("", what)])

    def _taken_out(self, item: Item, beside: Pairs) -> str | None:
        """What `event_from` says, in the URL or in the body; None where it says nothing. It is no field."""
        wanted = fold(self.event_from or "")
        taken = [pair for pairs in (beside, item.pairs) for pair in pairs if fold(pair[0]) == wanted]
        if taken:
            for pairs in (item.pairs, beside):
                pairs[:] = [pair for pair in pairs if fold(pair[0]) != wanted]
        named = [value for _, value in taken if value not in (None, "")]
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

"""SOAP 1.1 and 1.2 calls of a declared contract; a receipt in an envelope, or a fault."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.bodies.from_form import query_pairs
from gateway.errors import Refusal, UnknownOperation
from gateway.model.contract import fold
from gateway.model.field_reading import Reading
from gateway.model.message import Message
from gateway.model.receipt import Receipt
from gateway.model.request import Answer, Dialect, Request
from gateway.soap.declared import Context, DeclaredService
from gateway.soap.envelope import envelope_of
from gateway.soap.faults import fault
from gateway.soap.sent import taken_out
from gateway.soap.text_answer import text_answer

_TYPES = {Dialect.SOAP11: "text/xml; charset=utf-8", Dialect.SOAP12: "application/soap+xml; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class SoapBinding:
    """The SOAP dialect of one source."""

    service: DeclaredService
    reading: Reading = Reading.STRICT
    event_from: str | None = None
    """In a lenient reading: the parameter or element that names the event, where neither path nor operation does."""
    answers_text: bool = False
    """Whether those who call by a name that isn't the contract's own are answered with one text."""

    def read(self, request: Request) -> list[Message]:
        """The message of `request`. Raises RequestError of every kind."""
        envelope = envelope_of(request)
        request.memo["dialect"] = envelope.dialect  # some clients send a 1.1 envelope with 1.2's headers
        request.binding = envelope.dialect.value
        context = request.memo["context"] = Context(envelope)
        named = request.event or self._said(request, context)
        event = context.named = self.service.contract.event_named(named) if named else None
        self.service.read(context)
        message: Message = context.in_object[0]
        if named and event is not message.event:
            where = "path" if request.event else self.event_from
            raise UnknownOperation(f"the {where} names {named[:80]!r}, the body calls {message.event.operation}")
        return [message]

    def accept(self, request: Request, receipt: Receipt) -> Answer:
        """The receipt, as the operation's response; as one text where the call knows no receipt, or can't be read."""
        context: Context | None = request.memo.get("context")
        headers = {"Gateway-Event-Id": receipt.event_ids[0]} if receipt.event_ids else {}
        if context is None or context.descriptor is None or (self.answers_text and not self.service.declares(context)):
            dialect = Dialect.SOAP12 if request.memo["dialect"] is Dialect.SOAP12 else Dialect.SOAP11
            called = None if context is None else context.in_body_doc
            return Answer(200, text_answer(called, receipt.status.value, dialect), _TYPES[dialect], headers)
        if context.in_object and context.in_object[0].event.one_way:
            return Answer(202, headers=headers)
        return Answer(200, self.service.response(context, receipt), _TYPES[context.dialect], headers)

    def refuse(self, request: Request, error: Refusal) -> Answer:
        """`error` as a fault, with the contract's declared detail."""
        return refuse(request, error, self.service.contract.namespace)

    def _said(self, request: Request, context: Context) -> str | None:
        """What `event_from` says, in the URL or in the call. It is no field."""
        if self.event_from is None or self.reading is Reading.STRICT:
            return None
        wanted = fold(self.event_from)
        in_url = [str(value) for name, value in query_pairs(request, self.reading) if fold(name) == wanted and value]
        return taken_out(context.in_body_doc, wanted) or next(iter(in_url), None)


def refuse(request: Request, error: Refusal, namespace: str | None = None) -> Answer:
    """`error` as a fault of the caller's version, whether the source is known or not."""
    dialect = Dialect.SOAP12 if request.memo.get("dialect") is Dialect.SOAP12 else Dialect.SOAP11
    status = error.soap_status[dialect is Dialect.SOAP12]
    return Answer(status, fault(error, dialect, namespace), _TYPES[dialect], error.headers)

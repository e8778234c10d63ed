"""SOAP 1.1 and 1.2 calls of a declared contract; a receipt in an envelope, or a fault."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import Refusal, UnknownOperation
from gateway.model.message import Message
from gateway.model.receipt import Receipt
from gateway.model.request import Answer, Dialect, Request
from gateway.soap.declared import Context, DeclaredService
from gateway.soap.envelope import envelope_of
from gateway.soap.faults import fault

_TYPES = {Dialect.SOAP11: "text/xml; charset=utf-8", Dialect.SOAP12: "application/soap+xml; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class SoapBinding:
    """The SOAP dialect of one source."""

    service: DeclaredService

    def read(self, request: Request) -> list[Message]:
        """The message of `request`. Raises RequestError of every kind."""
        envelope = envelope_of(request)
        request.memo["dialect"] = envelope.dialect  # some clients send a 1.1 envelope with 1.2's headers
        request.binding = envelope.dialect.value
        context = self.service.read(envelope)
        request.memo["context"] = context
        message: Message = context.in_object[0]
        if request.event is not None and self.service.contract.event_named(request.event) is not message.event:
            raise UnknownOperation(f"the path names {request.event!r}, the body calls {message.event.operation}")
        return [message]

    def accept(self, request: Request, receipt: Receipt) -> Answer:
        """The receipt, as the operation's response."""
        context: Context = request.memo["context"]
        headers = {"Gateway-Event-Id": receipt.event_ids[0]}
        message: Message = context.in_object[0]
        if message.event.one_way:
            return Answer(202, headers=headers)
        return Answer(200, self.service.response(context, receipt), _TYPES[context.dialect], headers)

    def refuse(self, request: Request, error: Refusal) -> Answer:
        """`error` as a fault, with the contract's declared detail."""
        return refuse(request, error, self.service.contract.namespace)


def refuse(request: Request, error: Refusal, namespace: str | None = None) -> Answer:
    """`error` as a fault of the caller's version, whether the source is known or not."""
    dialect = Dialect.SOAP12 if request.memo.get("dialect") is Dialect.SOAP12 else Dialect.SOAP11
    status = error.soap_status[dialect is Dialect.SOAP12]
    return Answer(status, fault(error, dialect, namespace), _TYPES[dialect], error.headers)

"""A contract of ours as a Spyne service: its Application names the operations, reads and writes every call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree
from spyne import Application
from spyne.interface.wsdl import Wsdl11
from spyne.protocol.soap import Soap11

from gateway.errors import Malformed, TooLarge, UnknownOperation
from gateway.model.contract import Contract, EventType, fold
from gateway.model.field_reading import Reading
from gateway.model.message import Message
from gateway.model.reading import Reader
from gateway.model.receipt import Receipt
from gateway.model.request import Dialect
from gateway.soap.declaring import application_of
from gateway.soap.encoded import References
from gateway.soap.envelope import NS11, NS12, Envelope
from gateway.soap.mapper import Mapper

_LONGEST_NAME = 100_000
_NAMESPACES = {Dialect.SOAP11: NS11, Dialect.SOAP12: NS12}


class Context:
    """One call on its way through the protocol object: just what Spyne's methods read and set.

    Spyne's MethodContext makes 49 cyclic objects a call; this is all that is needed of it.
    """

    __slots__ = (
        "descriptor",
        "dialect",
        "in_body_doc",
        "in_document",
        "in_object",
        "method_request_string",
        "named",
        "out_body_doc",
        "out_object",
        "out_string",
        "references",
    )

    def __init__(self, envelope: Envelope) -> None:
        self.in_document = envelope
        self.dialect = envelope.dialect
        self.in_body_doc = envelope.payload
        self.references = References()
        self.method_request_string = ""
        self.named: EventType | None = None
        """What is called where the operation's name tells nothing, in a lenient reading."""
        self.descriptor: Any = None
        self.in_object: list[Message] = []
        self.out_object: list[Receipt] = []
        self.out_body_doc = ""
        self.out_string: list[bytes] = []


class GatewayProtocol(Soap11):  # type: ignore[misc] # spyne is untyped
    """Spyne's SOAP protocol with our mapper inside; one object serves SOAP 1.1 and 1.2."""

    def __init__(self, contract: Contract, readers: Mapping[str, Reader]) -> None:
        self._contract = contract
        self._readers = readers
        self._mappers: dict[str, Mapper] = {}
        self._operations: dict[str, str] = {}
        self._is_lenient = any(reader.reading is Reading.LENIENT for reader in readers.values())
        super().__init__()

    def set_app(self, value: Application | None) -> None:
        """Compile a mapper for each operation of the application; the base constructor calls this with None."""
        super().set_app(value)
        if value is None:
            return
        for event in self._contract.events.values():
            qualified = f"{{{self._contract.namespace}}}{event.operation}"
            self._mappers[event.operation] = Mapper.of(self._contract, event, self._readers[event.name])
            for name in (event.operation, event.element, *event.aliases):
                self._operations.setdefault(fold(name), qualified)
                self._operations.setdefault(fold("submit" + name), qualified)

    def create_in_document(self, ctx: Context, charset: str | None = None) -> None:
        """Nothing: the envelope was parsed once, by `gateway.soap.envelope`."""

    def decompose_incoming_envelope(self, ctx: Context, message: object = None) -> None:  # noqa: ARG002 - Spyne's signature
        """Find the operation by the first element of the body, never by SOAPAction (clients send it in many ways)."""
        if len(ctx.in_body_doc.tag) > _LONGEST_NAME:
            raise TooLarge(f"the operation's name, with its namespace, has more than {_LONGEST_NAME} characters")
        name = etree.QName(ctx.in_body_doc)
        ctx.method_request_string = f"{{{name.namespace or ''}}}{name.localname}"
        beside = ctx.in_document.beside
        if beside and not self._is_lenient:
            raise Malformed(f"the Body has {len(beside) + 1} elements; one, the operation's, is expected")
        ctx.references = References(beside)
        if self._is_lenient:
            called = self._operations.get(fold(name.localname))
            if called is None and ctx.named is not None:
                called = self._operations[fold(ctx.named.operation)]
            ctx.method_request_string = called or ctx.method_request_string

    def deserialize(self, ctx: Context, message: object) -> None:  # noqa: ARG002 - Spyne's signature
        """Decode the operation's element. Raises ContractViolation, TooLarge."""
        ctx.in_object = [self._mappers[ctx.descriptor.name].message(ctx.in_body_doc, ctx.references)]

    def serialize(self, ctx: Context, message: object) -> None:  # noqa: ARG002 - Spyne's signature
        """Encode the receipt as the operation's response."""
        ctx.out_body_doc = self._mappers[ctx.descriptor.name].response(ctx.out_object[0])

    def create_out_string(self, ctx: Context, charset: str | None = None) -> None:  # noqa: ARG002 - Spyne's signature
        """Put the response into an envelope of the caller's version."""
        ctx.out_string = [enveloped(ctx.out_body_doc, ctx.dialect)]


class DeclaredService:
    """The Spyne service of one contract, in one reading. Safe to share: a call's state is in its Context."""

    def __init__(self, contract: Contract, readers: Mapping[str, Reader]) -> None:
        self.contract = contract
        self._in = GatewayProtocol(contract, readers)
        self._out = GatewayProtocol(contract, readers)
        self.application = application_of(contract, self._in, self._out)

    def read(self, context: Context) -> Context:
        """Decode the call of `context`: `in_object[0]` is its message.

        Raises UnknownOperation, ContractViolation, TooLarge.
        """
        self._in.create_in_document(context)
        self._in.decompose_incoming_envelope(context)
        handles = self._in.get_call_handles(context)
        if not handles:
            known = ", ".join(event.operation for event in self.contract.events.values())
            raise UnknownOperation(
                f"no operation {context.method_request_string[:200]}; in {self.contract.namespace} there are: {known}"
            )
        context.descriptor = handles[0]
        self._in.deserialize(context, self._in.REQUEST)
        return context

    def declares(self, context: Context) -> bool:
        """Whether the call names its operation as the WSDL does."""
        return bool(context.in_body_doc.tag == f"{{{self.contract.namespace}}}{context.descriptor.name}")

    def response(self, context: Context, receipt: Receipt) -> bytes:
        """The answer to a call that was accepted, as an envelope of its version."""
        context.out_object = [receipt]
        self._out.serialize(context, self._out.RESPONSE)
        self._out.create_out_string(context)
        return context.out_string[0]


def enveloped(body: str, dialect: Dialect) -> bytes:
    """`body` in a SOAP envelope."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<soap:Envelope xmlns:soap="{_NAMESPACES[dialect]}">'
        f"<soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def wsdl_of(application: Application, location: str) -> bytes:
    """Spyne's own WSDL of `application`, as it comes; gateway.contracts.wsdl makes the published one of it."""
    wsdl = Wsdl11(application.interface)
    wsdl.build_interface_document(location)
    document: bytes = wsdl.get_interface_document()
    return document

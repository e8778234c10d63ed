"""What a destination says of a SOAP call: the fields of RingCX's form."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from gateway.model.forms import Unfit
from gateway.model.places import in_xml
from gateway.model.xml_text import is_name
from gateway.soap.rpc import Argument, Call
from gateway.toml import Table
from gateway.values import Unusable, zone_named

_ACTION = re.compile(r"[!#-\[\]-~]*")
"""What stands between a SOAPAction's quotes: visible ASCII, and nothing that would end them."""


def _element(text: str) -> str:
    if not is_name(text):
        raise Unusable("is no name of an element", "a letter, then letters, digits, _ - and ., such as 'agent_id'")
    return text


def _action(text: str) -> str:
    if not _ACTION.fullmatch(text):
        raise Unusable(
            "has a character that SOAPAction can't carry", "visible ASCII without quotes or blanks; often ''"
        )
    return text


def _namespace(text: str) -> str:
    if re.search(r"\s", text):
        raise Unusable("has a blank, and a namespace is a URI", "such as 'urn:acme:calls'")
    return _text(text)


def _text(text: str) -> str:
    try:
        in_xml(text)
    except Unfit as error:
        raise Unusable(str(error), "take it out") from None
    return text


def _value(text: str) -> str:
    Argument.of("value", _text(text), zone_of=zone_named)
    return text


ElementName = Annotated[str, AfterValidator(_element)]


class Input(Table):
    """One input of a SOAP call; their order is RingCX's rank."""

    name: ElementName
    """The element that it is sent in."""
    value: Annotated[str, AfterValidator(_value)]
    """What it says; may have tags."""
    type: Literal[
        "string", "boolean", "int", "long", "integer", "decimal", "float", "double", "date", "dateTime", "base64Binary"
    ] = "string"
    """The type of XML Schema that it is sent with, in style rpc."""


class CallSettings(Table):
    """The keys of a SOAP call."""

    service_type: Literal["HTTP", "SOAP"] = "HTTP"
    """`SOAP` calls an operation, by SOAP 1.1; the keys from here to `style` describe it."""
    operation: Annotated[str, AfterValidator(lambda text: _element(text) if text else text)] = ""
    """Which one is called."""
    target_namespace: Annotated[str, AfterValidator(_namespace)] = ""
    """Of the operation's element."""
    soap_action: Annotated[str, AfterValidator(_action)] = ""
    """The header SOAPAction, without its quotes; some services want it empty."""
    inputs: tuple[Input, ...] = ()
    """What it is called with, in this order: `{ name = "uii", value = "#call_id#" }`."""
    style: Literal["rpc", "document"] = "rpc"
    """`rpc`: inputs without a namespace and with types, as RingCX sends them. `document`: in the namespace, without."""
    return_type: str = ""
    """What the operation returns; for the record."""
    service_name: str = ""
    """The WSDL's service; for the record."""
    port_name: str = ""
    """Its port; for the record."""

    @property
    def is_soap(self) -> bool:
        """Whether an operation is called."""
        return self.service_type == "SOAP"

    @property
    def about(self) -> str:
        """The record, in a line."""
        parts = {"service": self.service_name, "port": self.port_name, "returns": self.return_type}
        said = ", ".join(f"{name} {text}" for name, text in parts.items() if text)
        return f"{self.operation}: {said}" if said else ""

    def call(self, *, sends_all: bool) -> Call:
        """The call."""
        arguments = [Argument.of(one.name, one.value, one.type, zone_named) for one in self.inputs]
        return Call(
            self.operation, self.target_namespace, arguments, self.soap_action,
            is_document=self.style == "document", sends_all=sends_all,
        )  # fmt: skip

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.is_soap:
            self._check_call()
        of_calls = (name for name in CallSettings.model_fields if name in self.model_fields_set - {"service_type"})
        stray = next(of_calls, None)
        if stray is not None and not self.is_soap:
            raise Unusable("is of a SOAP call, and this is none", "service_type = 'SOAP' makes it one", key=stray)
        return self

    def _check_call(self) -> None:
        if not self.operation:
            raise Unusable("is required of a SOAP call", "the operation that is called", key="operation")
        for key in ("body", "format"):
            if key in self.model_fields_set:
                raise Unusable(
                    "does not go with service_type SOAP", "say it by inputs, or leave out service_type", key=key
                )
        if getattr(self, "method", "POST") != "POST":
            raise Unusable("does not go with service_type SOAP", "SOAP calls are posted: leave it out", key="method")

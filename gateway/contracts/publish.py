"""Every document of a contract, by file name."""

from __future__ import annotations

from gateway.contracts.asyncapi import asyncapi
from gateway.contracts.json_schema import json_schema
from gateway.contracts.load import load
from gateway.contracts.openapi import Endpoint, openapi
from gateway.contracts.wsdl import wsdl, xsd
from gateway.model.field_reading import Reading
from gateway.model.reading import reader_for
from gateway.soap.declared import DeclaredService


def documents_of(text: str, file: str, address: str) -> dict[str, bytes]:
    """The documents of the contract that `text` declares, for an endpoint at `address`. Raises ConfigError."""
    contract = load(text, file)
    readers = {name: reader_for(event, Reading.STRICT) for name, event in contract.events.items()}
    service = DeclaredService(contract, readers)
    return {
        f"{contract.name}.wsdl": wsdl(service, address),
        f"{contract.name}.xsd": xsd(service),
        f"{contract.name}.schema.json": json_schema(contract),
        f"{contract.name}.openapi.json": openapi(contract, Endpoint(address)),
        f"{contract.name}.asyncapi.json": asyncapi(contract),
    }

"""The documents of a source, as they are served: `/in/<source>?wsdl` and its like."""

from __future__ import annotations

from collections.abc import Callable

from gateway.bindings.http import HttpBinding
from gateway.bindings.soap import SoapBinding
from gateway.contracts.asyncapi import asyncapi
from gateway.contracts.json_schema import json_schema
from gateway.contracts.openapi import Endpoint, openapi
from gateway.contracts.page import HEADERS, html
from gateway.contracts.wsdl import wsdl, xsd
from gateway.errors import UnknownOperation
from gateway.model.address import PREFIX
from gateway.model.request import Answer, Dialect
from gateway.soap.declared import DeclaredService
from gateway.source import Source

_XML = "text/xml; charset=utf-8"


def page(source: Source, base_url: str) -> Answer:
    """The endpoint's page, for a browser."""
    made = html(source.contract, Endpoint(f"{base_url}{PREFIX}{source.name}", source.authenticator.schemes()))
    return Answer(200, made, "text/html; charset=utf-8", HEADERS)


def document(source: Source, wanted: str, base_url: str) -> Answer:
    """The document that the query `wanted`, in lower case, names. Raises UnknownOperation where there is none."""
    return _DOCUMENTS[wanted](source, f"{base_url}{PREFIX}{source.name}")


def _wsdl(source: Source, address: str) -> Answer:
    return Answer(200, wsdl(_service(source), address), _XML)


def _wsdl_of_soap11(source: Source, address: str) -> Answer:
    return Answer(200, wsdl(_service(source), address, soap12=False), _XML)


def _xsd(source: Source, _address: str) -> Answer:
    return Answer(200, xsd(_service(source)), _XML)


def _service(source: Source) -> DeclaredService:
    binding = source.bindings[Dialect.SOAP11]
    if not isinstance(binding, SoapBinding):
        raise UnknownOperation("this endpoint publishes no WSDL and no XML Schema")
    return binding.service


def _schema(source: Source, _address: str) -> Answer:
    return Answer(200, json_schema(source.contract), "application/schema+json")


def _openapi(source: Source, address: str) -> Answer:
    binding = source.bindings[Dialect.HTTP]
    if not isinstance(binding, HttpBinding):
        raise UnknownOperation("this endpoint publishes no OpenAPI document")
    endpoint = Endpoint(address, source.authenticator.schemes(), binding.accepted_status, source.idempotency.headers)
    return Answer(200, openapi(source.contract, endpoint), "application/vnd.oai.openapi+json;version=3.1")


def _asyncapi(source: Source, _address: str) -> Answer:
    return Answer(200, asyncapi(source.contract), "application/vnd.aai.asyncapi+json;version=3.0.0")


_DOCUMENTS: dict[str, Callable[[Source, str], Answer]] = {
    "wsdl": _wsdl,
    "singlewsdl": _wsdl,
    "wsdl=1.1": _wsdl_of_soap11,
    "xsd": _xsd,
    "schema": _schema,
    "openapi": _openapi,
    "asyncapi": _asyncapi,
}
NAMES = frozenset(_DOCUMENTS)
"""The queries that name a document, in lower case."""

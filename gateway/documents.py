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
from gateway.pipeline import Gateway
from gateway.soap.declared import DeclaredService
from gateway.source import Source

_XML = "text/xml; charset=utf-8"


_Maker = Callable[[Source, str], Answer]
"""Makes a document of a source at its address."""
PAGE = ""
"""What names the endpoint's page, for a browser."""


class Published:
    """The documents of the sources in force, made when they are first asked for.

    Anybody may ask, and to make one takes as long as a hundred calls do, which wait meanwhile. Of each document of each
    source one is kept, as long as its configuration is in force: whatever is asked, no more than that.
    """

    def __init__(self) -> None:
        self._kept: tuple[Gateway | None, dict[tuple[str, _Maker], tuple[str, Answer]]] = (None, {})

    def answer(self, gateway: Gateway, source: Source, wanted: str, base_url: str) -> Answer:
        """The document of a source of `gateway` that `wanted` names. Raises UnknownOperation where there is none."""
        made_by, kept = self._kept
        if made_by is not gateway:
            kept = {}
            self._kept = (gateway, kept)
        make, address = _DOCUMENTS[wanted], f"{base_url}{PREFIX}{source.name}"
        made_for, answer = kept.get((source.name, make), ("", None))
        if answer is None or made_for != address:
            answer = make(source, address)
            kept[source.name, make] = (address, answer)
        return answer


def _page(source: Source, address: str) -> Answer:
    made = html(source.contract, Endpoint(address, source.authenticator.schemes()))
    return Answer(200, made, "text/html; charset=utf-8", HEADERS)


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


_DOCUMENTS: dict[str, _Maker] = {
    PAGE: _page,
    "wsdl": _wsdl,
    "singlewsdl": _wsdl,
    "wsdl=1.1": _wsdl_of_soap11,
    "xsd": _xsd,
    "schema": _schema,
    "openapi": _openapi,
    "asyncapi": _asyncapi,
}
NAMES = frozenset(_DOCUMENTS) - {PAGE}
"""The queries that name a document, in lower case."""

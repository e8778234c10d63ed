"""Every document of a contract, by file name."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from gateway.contracts.publish import documents_of
from gateway.errors import ConfigError
from tests import ROOT

TEXT = (ROOT / "wsdl/calls/contract.toml").read_text(encoding="utf-8")


def test_a_contract_is_published_in_every_language() -> None:
    documents = documents_of(TEXT, "contract.toml", "http://gateway.test/in/pbx")
    names = ["calls.wsdl", "calls.xsd", "calls.schema.json", "calls.openapi.json", "calls.asyncapi.json"]
    assert names == list(documents)
    xml, json_ = list(documents.values())[:2], list(documents.values())[2:]
    assert ["definitions", "schema"] == [etree.QName(etree.fromstring(one)).localname for one in xml]
    assert ["$schema", "openapi", "asyncapi"] == [next(iter(json.loads(one))) for one in json_]


def test_wsdl_and_openapi_have_the_address_of_their_endpoint() -> None:
    documents = documents_of(TEXT, "contract.toml", "http://gateway.test/in/pbx")
    assert 2 == documents["calls.wsdl"].count(b'location="http://gateway.test/in/pbx"')
    openapi = json.loads(documents["calls.openapi.json"])
    assert [{"url": "http://gateway.test"}] == openapi["servers"]
    assert ["/in/pbx/call-ended", "/in/pbx/agent-segment-ended"] == list(openapi["paths"])


def test_a_contract_that_is_wrong_is_not_published() -> None:
    with pytest.raises(ConfigError):
        documents_of(TEXT.replace("date-time", "moment"), "contract.toml", "http://gateway.test/")

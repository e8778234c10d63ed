"""Every document of a contract, by file name."""

from __future__ import annotations

import pytest
from lxml import etree

from gateway.contracts.publish import documents_of
from gateway.errors import ConfigError
from tests import ROOT

TEXT = (ROOT / "wsdl/calls/contract.toml").read_text(encoding="utf-8")


def test_a_contract_is_published_as_wsdl_and_schema() -> None:
    documents = documents_of(TEXT, "contract.toml", "http://gateway.test/in/pbx")
    assert ["calls.wsdl", "calls.xsd"] == list(documents)
    assert ["definitions", "schema"] == [etree.QName(etree.fromstring(one)).localname for one in documents.values()]


def test_the_wsdl_has_the_address_of_its_endpoint() -> None:
    documents = documents_of(TEXT, "contract.toml", "http://gateway.test/in/pbx")
    assert 2 == documents["calls.wsdl"].count(b'location="http://gateway.test/in/pbx"')


def test_a_contract_that_is_wrong_is_not_published() -> None:
    with pytest.raises(ConfigError):
        documents_of(TEXT.replace("date-time", "moment"), "contract.toml", "http://gateway.test/")

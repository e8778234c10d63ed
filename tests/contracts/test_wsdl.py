"""The published WSDL: the same everywhere, with the bindings that every client takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

from gateway.contracts.simple_types import XSD
from gateway.contracts.wsdl import SOAP11, SOAP12, WSDL, wsdl, xsd
from gateway.model.contract import Contract
from gateway.model.field_reading import Reading
from gateway.model.reading import reader_for
from gateway.soap.declared import DeclaredService
from tests import ROOT
from tests.builders import a_contract, an_event_type
from tests.soap.calling import CONTRACT

ADDRESS = "https://gateway.example.org/in/pbx?a=1&b=<2>"
NAMES = {"w": WSDL, "xs": XSD, "s11": SOAP11, "s12": SOAP12}
PRINTS_WSDL = """
import sys
from gateway.contracts.publish import documents_of
junk = [object() for _ in range(int(sys.argv[1]))]  # another history of allocations
documents = documents_of(sys.stdin.read(), "contract.toml", "http://gateway.test/in/pbx")
sys.stdout.buffer.write(b"".join(documents.values()))
"""


def a_service_of(contract: Contract) -> DeclaredService:
    return DeclaredService(contract, {name: reader_for(one, Reading.STRICT) for name, one in contract.events.items()})


@pytest.fixture(scope="module")
def service(calls: Contract) -> DeclaredService:
    return a_service_of(calls)


@pytest.fixture(scope="module")
def document(service: DeclaredService) -> Any:
    return etree.fromstring(wsdl(service, ADDRESS))


def found(document: Any, path: str) -> list[Any]:
    return list(document.xpath(path, namespaces=NAMES))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ((ROOT / "wsdl/calls/contract.toml").read_text(encoding="utf-8"), b"submitAgentSegmentEnded"),
        (CONTRACT, b"submitCallNoted"),
    ],
    ids=["the shipped contract", "nested types"],
)
def test_it_is_byte_for_byte_the_same_in_every_process(text: str, found: bytes) -> None:
    written = {
        subprocess.run(
            [sys.executable, "-c", PRINTS_WSDL, str(count)],
            env=os.environ | {"PYTHONHASHSEED": seed}, cwd=ROOT, capture_output=True, check=True, timeout=60,
            input=text.encode(),
        ).stdout
        for seed, count in (("0", 0), ("1", 1000), ("4711", 77))
    }  # fmt: skip
    assert 1 == len(written)
    assert found in written.pop()


def test_it_is_the_same_when_it_is_built_again_in_one_process(calls: Contract, service: DeclaredService) -> None:
    assert wsdl(service, ADDRESS) == wsdl(service, ADDRESS) == wsdl(a_service_of(calls), ADDRESS)


def test_the_soap_11_port_comes_first(document: Any) -> None:
    assert ["CallsService"] == found(document, "w:service/@name")
    assert ["CallsSoap11", "CallsSoap12"] == found(document, "w:service/w:port/@name")
    assert ["CallsSoap11", "CallsSoap12"] == found(document, "w:binding/@name")
    assert ["tns:CallsSoap11", "tns:CallsSoap12"] == found(document, "w:service/w:port/@binding")
    assert [f"{{{SOAP11}}}binding", f"{{{SOAP12}}}binding"] == [
        one.tag for one in found(document, "w:binding/s11:binding | w:binding/s12:binding")
    ]


def test_one_port_can_be_left_out(service: DeclaredService) -> None:
    document = etree.fromstring(wsdl(service, ADDRESS, soap12=False))
    assert ["CallsSoap11"] == found(document, "w:service/w:port/@name") == found(document, "w:binding/@name")
    assert SOAP12.encode() not in etree.tostring(document)


def test_the_address_is_the_one_that_is_given(document: Any) -> None:
    assert [ADDRESS, ADDRESS] == found(document, "w:service/w:port/*/@location")


def test_the_events_are_operations_of_one_port_type(document: Any, calls: Contract) -> None:
    assert ["Calls"] == found(document, "w:portType/@name")
    operations = [event.operation for event in calls.events.values()]
    assert "submitCallEnded" in operations
    assert operations == found(document, "w:portType/w:operation/@name")
    assert operations + operations == found(document, "w:binding/w:operation/@name")


def test_the_fault_is_declared_in_the_soap_11_binding_only(document: Any, calls: Contract) -> None:
    each = ["EventRejected"] * len(calls.events)
    assert each == found(document, "w:portType/w:operation/w:fault/@name")
    assert each == found(document, "w:binding[1]/w:operation/w:fault/s11:fault/@name")
    assert [] == found(document, "w:binding[2]/w:operation/w:fault")


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [
        ("urn:example:calls:v1", "urn:example:calls:v1:submitCallEnded"),
        ("http://example.org/calls", "http://example.org/calls/submitCallEnded"),
        ("http://example.org/calls/", "http://example.org/calls/submitCallEnded"),
    ],
)
def test_the_soap_action_is_a_uri_of_the_namespace(namespace: str, expected: str) -> None:
    contract = Contract("calls", namespace, 1, {"call.ended": an_event_type()})
    document = etree.fromstring(wsdl(a_service_of(contract), ADDRESS))
    assert [expected, expected] == found(document, "w:binding/w:operation/*/@soapAction")


def test_everything_is_document_literal_with_one_part(document: Any) -> None:
    assert ["document"] == sorted(set(found(document, "//w:binding//@style")))
    assert ["literal"] == sorted(set(found(document, "//w:binding//@use")))
    assert [1.0] == sorted({message.xpath("count(*)") for message in found(document, "w:message")})


def test_every_name_that_is_referred_to_is_there(document: Any) -> None:
    elements = {f"tns:{name}" for name in found(document, "w:types/xs:schema/xs:element/@name")}
    assert elements == set(found(document, "w:message/w:part/@element"))
    messages = {f"tns:{name}" for name in found(document, "w:message/@name")}
    assert messages == set(found(document, "w:portType/w:operation/*/@message"))


def test_a_contract_and_its_events_are_documented(document: Any, calls: Contract) -> None:
    assert calls.doc == document.findtext(f"{{{WSDL}}}documentation")
    assert [event.doc for event in calls.events.values()] == [
        one.text for one in found(document, "w:portType/w:operation/w:documentation")
    ]


def test_a_contract_without_documentation_is_published_too() -> None:
    document = etree.fromstring(wsdl(a_service_of(a_contract()), ADDRESS))
    assert [] == found(document, "//w:documentation")


def test_the_schema_is_the_same_alone_and_inside(document: Any, service: DeclaredService) -> None:
    alone = etree.fromstring(xsd(service), etree.XMLParser(remove_blank_text=True))
    (inside,) = found(document, "w:types/xs:schema")
    inside = etree.fromstring(etree.tostring(inside), etree.XMLParser(remove_blank_text=True))
    assert etree.tostring(alone, method="c14n", exclusive=True) == etree.tostring(inside, method="c14n", exclusive=True)
    assert ("qualified", "urn:endpoint-gateway:calls:v1") == (
        alone.get("elementFormDefault"), alone.get("targetNamespace")
    )  # fmt: skip
    etree.XMLSchema(alone)


def test_zeep_loads_it_and_writes_a_message_that_its_schema_takes(service: DeclaredService, tmp_path: Path) -> None:
    file = tmp_path / "calls.wsdl"
    file.write_bytes(wsdl(service, ADDRESS))
    client: Any = zeep.Client(str(file))  # type: ignore[no-untyped-call]
    ports = client.wsdl.services["CallsService"].ports
    assert ["CallsSoap11", "CallsSoap12"] == list(ports)
    envelope = client.create_message(
        client.bind(port_name="CallsSoap12"), "submitCallEnded", callEnded={"call_id": "1", "duration": 5}
    )
    etree.XMLSchema(etree.fromstring(xsd(service))).assertValid(envelope[0][0])

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

from gateway.contracts.load import load
from gateway.contracts.wsdl import SOAP11, SOAP12, WSDL, XSD, wsdl, xsd
from gateway.model.contract import Contract
from gateway.model.field_reading import Reading
from gateway.model.reading import reader_for
from gateway.soap.declared import DeclaredService
from tests.builders import a_contract, an_event_type
from tests.conftest import ROOT
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


def test_both_events_are_operations_of_one_port_type(document: Any) -> None:
    assert ["Calls"] == found(document, "w:portType/@name")
    operations = ["submitCallEnded", "submitAgentSegmentEnded"]
    assert operations == found(document, "w:portType/w:operation/@name")
    assert operations + operations == found(document, "w:binding/w:operation/@name")


def test_the_fault_is_declared_in_the_soap_11_binding_only(document: Any) -> None:
    assert ["EventRejected"] * 2 == found(document, "w:portType/w:operation/w:fault/@name")
    assert ["EventRejected"] * 2 == found(document, "w:binding[1]/w:operation/w:fault/s11:fault/@name")
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


ONE_WAY = Contract("calls", "urn:example:calls:v1", 1, {"call.ended": an_event_type(one_way=True)})
EVERY = pytest.mark.parametrize(
    "contract", [load(CONTRACT, "contract.toml"), ONE_WAY, a_contract()], ids=["nested", "one-way", "plain"]
)


@pytest.fixture(scope="module")
def nested() -> Any:
    return etree.fromstring(wsdl(a_service_of(load(CONTRACT, "contract.toml")), ADDRESS))


@EVERY
def test_its_schema_is_valid_and_has_just_the_types_that_are_referred_to(contract: Contract) -> None:
    document = etree.fromstring(wsdl(a_service_of(contract), ADDRESS))
    (schema,) = found(document, "w:types/xs:schema")
    etree.XMLSchema(schema)
    declared = [f"tns:{name}" for name in found(schema, "xs:complexType/@name | xs:simpleType/@name")]
    referred = {name for name in found(schema, ".//xs:element/@type | .//@base") if name.startswith("tns:")}
    assert sorted(referred) == sorted(declared)


@EVERY
def test_every_message_and_element_that_is_referred_to_is_there_once(contract: Contract) -> None:
    document = etree.fromstring(wsdl(a_service_of(contract), ADDRESS))
    elements = [f"tns:{name}" for name in found(document, "w:types/xs:schema/xs:element/@name")]
    assert sorted(elements) == sorted(found(document, "w:message/w:part/@element"))
    messages = [f"tns:{name}" for name in found(document, "w:message/@name")]
    assert len(messages) == len(set(messages))
    assert set(found(document, "w:portType/w:operation/*/@message")) <= set(messages)


def test_a_type_of_the_contracts_own_is_one_type_wherever_it_is_used(nested: Any) -> None:
    types = "w:types/xs:schema/xs:complexType"
    assert ["tns:Person"] == found(nested, f"{types}[@name='CallEnded']//xs:element[@name='customer']/@type")
    assert ["tns:Person"] == found(nested, f"{types}[@name='Segment']//xs:element[@name='agent']/@type")
    assert ["name", "born", "phones"] == found(nested, f"{types}[@name='Person']/xs:sequence/xs:element/@name")


def test_a_list_repeats_its_element_and_is_never_nil(nested: Any) -> None:
    lists = found(nested, "//xs:complexType[@name='CallEnded' or @name='Segment']//xs:element[@maxOccurs]")
    assert ["tags", "segments", "skills"] == [one.get("name") for one in lists]
    assert {("0", "unbounded", None)} == {
        (one.get("minOccurs"), one.get("maxOccurs"), one.get("nillable")) for one in lists
    }


def test_base64_is_declared_as_such(nested: Any) -> None:
    assert ["xs:base64Binary"] == found(nested, "//xs:element[@name='voice']/@type")


def test_a_one_way_operation_has_an_input_and_no_more(nested: Any) -> None:
    operations = found(nested, "//w:operation[@name='submitCallNoted']")
    assert 3 == len(operations)
    assert ["input"] * 3 == [
        etree.QName(one).localname for one in found(nested, "//w:operation[@name='submitCallNoted']/w:*")
    ]
    assert [] == found(nested, "//*[@name='submitCallNotedResponse']")


@EVERY
def test_zeep_loads_it_without_a_warning(contract: Contract, tmp_path: Path) -> None:
    file = tmp_path / "calls.wsdl"
    file.write_bytes(wsdl(a_service_of(contract), ADDRESS))
    client: Any = zeep.Client(str(file))  # type: ignore[no-untyped-call]
    ports = client.wsdl.services["CallsService"].ports
    operations = {event.operation: event.one_way for event in contract.events.values()}
    for port in ports.values():
        said = port.binding.port_type.operations
        assert operations == {name: one.output_message is None for name, one in said.items()}


@pytest.mark.parametrize("port", ["CallsSoap11", "CallsSoap12"])
def test_what_zeep_writes_of_nested_types_its_schema_takes(nested: Any, tmp_path: Path, port: str) -> None:
    file = tmp_path / "calls.wsdl"
    file.write_bytes(etree.tostring(nested))
    client: Any = zeep.Client(str(file))  # type: ignore[no-untyped-call]
    call = {
        "call_id": "1", "voice": b"\x00\xff", "tags": ["b", "a"], "customer": {"name": "Zoë", "phones": ["1", "2"]},
        "segments": [{"agent_id": "7", "skills": ["x"], "agent": {"name": "Ana"}}, {"agent_id": "8"}],
    }  # fmt: skip
    envelope = client.create_message(client.bind(port_name=port), "submitCallEnded", callEnded=call)
    etree.XMLSchema(found(nested, "w:types/xs:schema")[0]).assertValid(envelope[0][0])

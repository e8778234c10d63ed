"""The published WSDL of nested types, lists and one-way operations: nothing is missing, and nothing too many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

from gateway.contracts.load import load
from gateway.contracts.wsdl import wsdl
from gateway.model.contract import Contract
from tests.builders import a_contract, an_event_type
from tests.contracts.test_wsdl import ADDRESS, a_service_of, found
from tests.soap.calling import CONTRACT

ONE_WAY = Contract("calls", "urn:example:calls:v1", 1, {"call.ended": an_event_type(one_way=True)})
EVERY = pytest.mark.parametrize(
    "contract", [load(CONTRACT, "contract.toml"), ONE_WAY, a_contract()], ids=["nested", "one-way", "plain"]
)


@pytest.fixture(scope="module")
def nested() -> Any:
    return etree.fromstring(wsdl(a_service_of(load(CONTRACT, "contract.toml")), ADDRESS))


def alone(schema: Any) -> Any:
    """The schema, with the prefixes that it has from above."""
    return etree.fromstring(etree.tostring(schema))


@EVERY
def test_its_schema_is_valid_and_has_just_the_types_that_are_referred_to(contract: Contract) -> None:
    document = etree.fromstring(wsdl(a_service_of(contract), ADDRESS))
    (schema,) = found(document, "w:types/xs:schema")
    etree.XMLSchema(alone(schema))
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
    etree.XMLSchema(alone(found(nested, "w:types/xs:schema")[0])).assertValid(envelope[0][0])

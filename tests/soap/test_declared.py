"""A contract as a Spyne service: its operations, its types, its calls."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from lxml import etree

from gateway.contracts.wsdl import xsd
from gateway.errors import UnknownOperation
from gateway.model.contract import Contract, Field, Type
from gateway.model.field_reading import Reading
from gateway.model.reading import reader_for
from gateway.model.receipt import Receipt, Status
from gateway.model.request import Dialect
from gateway.soap.declared import Context, DeclaredService, enveloped, wsdl_of
from gateway.soap.envelope import NS11, NS12
from tests.builders import NAMESPACE, NOON, a_contract, a_field, an_event_type
from tests.soap.generated import Part, a_call, a_service, envelope, in_envelope, read

XS = "{http://www.w3.org/2001/XMLSchema}"
CALL = (Part("call_id", "4711"), Part("duration", "12"))


def a_service_of(contract: Contract, reading: Reading = Reading.STRICT) -> DeclaredService:
    return DeclaredService(contract, {name: reader_for(event, reading) for name, event in contract.events.items()})


def declared(field: Field) -> tuple[dict[str, str], dict[str, str]]:
    """A field's element in the schema, and the facets of its type (with `base`)."""
    schema = etree.fromstring(xsd(a_service_of(a_contract(an_event_type(field)))))
    element = schema.find(f"{XS}complexType[@name='CallEnded']/{XS}sequence/{XS}element")
    assert element is not None
    attributes = {str(name): str(value) for name, value in element.attrib.items()}
    restriction = schema.find(f"{XS}simpleType[@name='{attributes['type'].removeprefix('tns:')}']/{XS}restriction")
    if restriction is None:
        return attributes, {"base": attributes["type"]}
    facets = {etree.QName(one).localname: one.get("value", "") for one in restriction}
    return attributes, {"base": restriction.get("base", "")} | facets


def test_an_event_is_one_operation_with_one_child_answered_with_a_receipt() -> None:
    receipt = Receipt("r-1", ("e-1",), Status.ACCEPTED, NOON)
    service = a_service()
    answer = envelope(service.response(service.read(envelope(a_call(*CALL))), receipt)).payload
    assert [f"{{{NAMESPACE}}}submitCallEndedResponse", f"{{{NAMESPACE}}}receipt"] == [answer.tag, answer[0].tag]
    assert ["requestId", "eventId", "status", "receivedAt"] == [etree.QName(one).localname for one in answer[0]]


@pytest.mark.parametrize(("soap", "dialect"), [(NS11, Dialect.SOAP11), (NS12, Dialect.SOAP12)])
def test_one_service_serves_both_versions_and_answers_in_the_callers(soap: str, dialect: Dialect) -> None:
    service = a_service()
    context = service.read(envelope(a_call(*CALL, soap=soap)))
    answer = service.response(context, Receipt("r-1", ("e-1",), Status.ACCEPTED, NOON))
    assert (dialect, dialect) == (context.dialect, envelope(answer).dialect)


@pytest.mark.parametrize(
    "operation",
    ["<submitCallStarted/>", f'<submitCallStarted xmlns="{NAMESPACE}"/>', "<submitCallEnded/>", "<callEnded/>"],
)
def test_an_unknown_operation_is_refused_naming_those_there_are(operation: str) -> None:
    with pytest.raises(UnknownOperation) as error:
        a_service().read(envelope(in_envelope(operation)))
    assert f"in {NAMESPACE} there are: submitCallEnded" in error.value.detail


@pytest.mark.parametrize(
    "name",
    ["submitCallEnded", "submitcallended", "SubmitCallEnded", "callEnded", "postCall", "submitPostCall", "PostCall"],
)
def test_a_lenient_service_knows_an_operation_by_every_name_of_its_event(name: str) -> None:
    operation = f"<{name} xmlns='urn:other'><call_id>1</call_id><duration>2</duration></{name}>"
    assert "call.ended" == read(a_service(Reading.LENIENT), in_envelope(operation)).event.name


def test_several_operations_are_told_apart_by_the_first_element_of_the_body() -> None:
    contract = a_contract(an_event_type(name="call.ended"), an_event_type(name="call.started"))
    service = a_service_of(contract)
    body = f'<submitCallStarted xmlns="{NAMESPACE}"><callStarted><call_id>1</call_id></callStarted></submitCallStarted>'
    assert "call.started" == read(service, in_envelope(body)).event.name


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (a_field("a"), {"minOccurs": "0", "nillable": "true"}),
        (a_field("a", required=True), {}),
    ],
)
def test_a_required_field_is_there_once_and_an_optional_one_may_be_nil(field: Field, expected: dict[str, str]) -> None:
    attributes, _ = declared(field)
    assert expected == {name: value for name, value in attributes.items() if name in ("minOccurs", "nillable")}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (a_field("a"), {"base": "xs:string"}),
        (a_field("a", required=True), {"base": "xs:string", "minLength": "1"}),
        (a_field("a", min_length=2, max_length=5), {"base": "xs:string", "minLength": "2", "maxLength": "5"}),
        (a_field("a", pattern=r"\d+"), {"base": "xs:string", "pattern": "[0-9]+"}),
        (a_field("a", values=("x",)), {"base": "xs:string", "enumeration": "x"}),
        (a_field("a", Type.INTEGER), {"base": "xs:integer"}),
        (a_field("a", Type.INTEGER, minimum=Decimal(1)), {"base": "xs:integer", "minInclusive": "1"}),
        (
            a_field("a", Type.INTEGER, minimum=Decimal(-(2**31)), maximum=Decimal(2**31 - 1)),
            {"base": "xs:int", "minInclusive": "-2147483648", "maxInclusive": "2147483647"},
        ),
        (
            a_field("a", Type.INTEGER, minimum=Decimal(0), maximum=Decimal(2**31)),
            {"base": "xs:long", "minInclusive": "0", "maxInclusive": "2147483648"},
        ),
        (
            a_field("a", Type.INTEGER, minimum=Decimal(0), maximum=Decimal(2**63)),
            {"base": "xs:integer", "minInclusive": "0", "maxInclusive": str(2**63)},
        ),
        (
            a_field("a", Type.DECIMAL, digits=8, fraction_digits=2),
            {"base": "xs:decimal", "totalDigits": "8", "fractionDigits": "2"},
        ),
        (a_field("a", Type.DURATION, minimum=Decimal("0.5")), {"base": "xs:decimal", "minInclusive": "0.5"}),
        (a_field("a", Type.BOOLEAN), {"base": "xs:boolean"}),
        (a_field("a", Type.DATE), {"base": "xs:date"}),
        (a_field("a", Type.DATE_TIME), {"base": "xs:dateTime"}),
    ],
)
def test_every_type_is_declared_as_pinned(field: Field, expected: dict[str, str]) -> None:
    assert expected == declared(field)[1]


def test_a_field_is_documented_with_its_unit() -> None:
    service = a_service_of(a_contract(an_event_type(a_field("a", Type.DURATION, doc="How long.", unit="s"))))
    assert b"How long. Unit: s." in xsd(service)


def test_spyne_itself_publishes_the_service() -> None:
    document = etree.fromstring(wsdl_of(a_service().application, "http://gateway.test/in/pbx"))
    assert NAMESPACE == document.get("targetNamespace")


def test_a_service_may_be_shared_by_threads() -> None:
    service = a_service()

    def call(number: int) -> tuple[object, bytes]:
        context: Context = service.read(envelope(a_call(Part("call_id", f"c{number}"), Part("duration", "1"))))
        answer = service.response(context, Receipt(f"r{number}", (f"e{number}",), Status.ACCEPTED, NOON))
        return context.in_object[0].data["call_id"], answer

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(call, range(400)))
    assert [f"c{number}" for number in range(400)] == [call_id for call_id, _ in found]
    assert all(f"<requestId>r{number}</requestId>".encode() in answer for number, (_, answer) in enumerate(found))


def test_an_envelope_is_utf_8() -> None:
    assert "Zoë" == envelope(enveloped("<op>Zoë</op>", Dialect.SOAP12)).payload.text

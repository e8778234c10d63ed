"""A contract as a Spyne service: its operations and its calls."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree

from gateway.errors import UnknownOperation
from gateway.model.contract import Contract
from gateway.model.field_reading import Reading
from gateway.model.reading import reader_for
from gateway.model.receipt import Receipt, Status
from gateway.model.request import Dialect
from gateway.soap.declared import Context, DeclaredService, enveloped, wsdl_of
from gateway.soap.envelope import NS11, NS12
from tests.builders import NAMESPACE, NOON, a_contract, an_event_type
from tests.soap.generated import Part, a_call, a_service, envelope, in_envelope, read

CALL = (Part("call_id", "4711"), Part("duration", "12"))


def a_service_of(contract: Contract, reading: Reading = Reading.STRICT) -> DeclaredService:
    return DeclaredService(contract, {name: reader_for(event, reading) for name, event in contract.events.items()})


def test_an_event_is_one_operation_with_one_child_answered_with_a_receipt() -> None:
    receipt = Receipt("r-1", ("e-1",), Status.ACCEPTED, NOON)
    service = a_service()
    answer = envelope(service.response(service.read(Context(envelope(a_call(*CALL)))), receipt)).payload
    assert [f"{{{NAMESPACE}}}submitCallEndedResponse", f"{{{NAMESPACE}}}receipt"] == [answer.tag, answer[0].tag]
    assert ["requestId", "eventId", "status", "receivedAt"] == [etree.QName(one).localname for one in answer[0]]


@pytest.mark.parametrize(("soap", "dialect"), [(NS11, Dialect.SOAP11), (NS12, Dialect.SOAP12)])
def test_one_service_serves_both_versions_and_answers_in_the_callers(soap: str, dialect: Dialect) -> None:
    service = a_service()
    context = service.read(Context(envelope(a_call(*CALL, soap=soap))))
    answer = service.response(context, Receipt("r-1", ("e-1",), Status.ACCEPTED, NOON))
    assert (dialect, dialect) == (context.dialect, envelope(answer).dialect)


@pytest.mark.parametrize(
    "operation",
    ["<submitCallStarted/>", f'<submitCallStarted xmlns="{NAMESPACE}"/>', "<submitCallEnded/>", "<callEnded/>"],
)
def test_an_unknown_operation_is_refused_naming_those_there_are(operation: str) -> None:
    with pytest.raises(UnknownOperation) as error:
        a_service().read(Context(envelope(in_envelope(operation))))
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


def test_spyne_itself_publishes_the_service() -> None:
    document = etree.fromstring(wsdl_of(a_service().application, "http://gateway.test/in/pbx"))
    assert NAMESPACE == document.get("targetNamespace")


def test_a_service_may_be_shared_by_threads() -> None:
    service = a_service()

    def call(number: int) -> tuple[object, bytes]:
        context: Context = service.read(Context(envelope(a_call(Part("call_id", f"c{number}"), Part("duration", "1")))))
        answer = service.response(context, Receipt(f"r{number}", (f"e{number}",), Status.ACCEPTED, NOON))
        return context.in_object[0].data["call_id"], answer

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(call, range(400)))
    assert [f"c{number}" for number in range(400)] == [call_id for call_id, _ in found]
    assert all(f"<requestId>r{number}</requestId>".encode() in answer for number, (_, answer) in enumerate(found))


def test_an_envelope_is_utf_8() -> None:
    assert "Zoë" == envelope(enveloped("<op>Zoë</op>", Dialect.SOAP12)).payload.text

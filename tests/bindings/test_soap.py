"""SOAP calls in, receipts and faults out, with the pinned statuses."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from gateway.bindings import soap
from gateway.bindings.soap import SoapBinding
from gateway.errors import (
    ContractViolation,
    Malformed,
    NotUnderstood,
    Refusal,
    StoreUnavailable,
    UnknownOperation,
    UnknownSource,
    VersionMismatch,
)
from gateway.model.request import Answer, Dialect, Request
from gateway.soap.envelope import NS11, NS12
from tests.bindings.conformance import REFUSALS, Conformance, a_receipt
from tests.builders import NAMESPACE, a_request
from tests.soap.generated import Part, a_call, a_service

BINDING = SoapBinding(a_service())
CALL = (Part("call_id", "4711"), Part("duration", "12"))
STATUSES = {
    "unauthenticated": (401, 401),
    "too_many": (429, 429),
    "store_unavailable": (503, 503),
    "not_understood": (500, 500),
    "version_mismatch": (500, 500),
    "internal": (500, 500),
}
"""Where they differ from what a caller's mistake is answered with: 500 in SOAP 1.1, 400 in SOAP 1.2."""


def a_soap_request(soap_namespace: str = NS11, **more: Any) -> Request:
    types = {NS11: "text/xml; charset=utf-8", NS12: "application/soap+xml; charset=utf-8"}
    request = a_request(a_call(*CALL, soap=soap_namespace), headers={"Content-Type": types[soap_namespace]}, **more)
    request.memo["dialect"] = Dialect.SOAP11 if soap_namespace == NS11 else Dialect.SOAP12
    return request


class InSoap(Conformance):
    binding = BINDING
    accepted_status = 200
    soap_namespace: str

    def a_good_request(self) -> Request:
        return a_soap_request(self.soap_namespace)

    def told(self, answer: Answer) -> dict[str, object]:
        body = etree.fromstring(answer.body).find(f"{{{self.soap_namespace}}}Body")
        assert body is not None
        receipt = body.find(f"{{{NAMESPACE}}}submitCallEndedResponse/{{{NAMESPACE}}}receipt")
        if receipt is not None:
            told: dict[str, object] = {etree.QName(child).localname: child.text for child in receipt}
            return told | {"notes": [note.text for note in receipt.iterchildren(f"{{{NAMESPACE}}}notes")]}
        rejected = body.find(f".//{{{NAMESPACE}}}EventRejected")
        assert rejected is not None
        violations = list(rejected.iterchildren(f"{{{NAMESPACE}}}violation"))
        return {"reason": rejected.findtext(f"{{{NAMESPACE}}}code"), "violations": violations}


class TestSoap11(InSoap):
    soap_namespace = NS11
    read_type = refused_type = "text/xml; charset=utf-8"
    names = ("soap11",)

    def status_of(self, error: Refusal) -> int:
        return STATUSES.get(error.reason, (500, 400))[0]


class TestSoap12(InSoap):
    soap_namespace = NS12
    read_type = refused_type = "application/soap+xml; charset=utf-8"
    names = ("soap12",)

    def status_of(self, error: Refusal) -> int:
        return STATUSES.get(error.reason, (500, 400))[1]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<a/>", Malformed),
        (b"\xff\xfe", Malformed),
        (a_call(*CALL).replace(NS11.encode(), b"urn:x"), VersionMismatch),
        (a_call(*CALL).replace(b"<s:Header/>", b'<s:Header><h s:mustUnderstand="1"/></s:Header>'), NotUnderstood),
        (a_call(*CALL).replace(b"submitCallEnded", b"submitNothing"), UnknownOperation),
        (a_call(CALL[0]), ContractViolation),
    ],
)
def test_whatever_is_wrong_has_its_own_reason(body: bytes, expected: type[Refusal]) -> None:
    with pytest.raises(expected):
        BINDING.read(a_request(body))


def test_a_message_is_answered_in_the_version_of_its_envelope_whatever_its_headers_say() -> None:
    request = a_request(a_call(*CALL), headers={"Content-Type": "application/soap+xml"})
    request.memo["dialect"] = Dialect.SOAP12
    BINDING.read(request)
    assert "soap11" == request.binding
    assert "text/xml; charset=utf-8" == BINDING.accept(request, a_receipt()).content_type
    assert "text/xml; charset=utf-8" == BINDING.refuse(request, Malformed("why")).content_type


@pytest.mark.parametrize("event", ["call-ended", "call.ended", "post-call"])
def test_a_path_may_name_the_event_that_the_body_calls(event: str) -> None:
    assert "call.ended" == BINDING.read(a_soap_request(event=event))[0].event.name


def test_a_path_that_names_another_event_is_refused() -> None:
    with pytest.raises(UnknownOperation, match="the body calls submitCallEnded"):
        BINDING.read(a_soap_request(event="call-started"))


def test_soap_action_alone_says_nothing() -> None:
    request = a_soap_request()
    request.headers = {**request.headers, "soapaction": '"urn:something:else"'}
    assert "4711" == BINDING.read(request)[0].data["call_id"]


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.reason)
@pytest.mark.parametrize("namespace", [NS11, NS12])
def test_a_call_of_no_known_source_is_refused_without_a_detail(error: Refusal, namespace: str) -> None:
    fault = etree.fromstring(soap.refuse(a_soap_request(namespace), error).body).find(f".//{{{namespace}}}Fault")
    assert fault is not None
    assert 2 == len(fault)


def test_a_refusal_before_anything_is_known_is_of_soap_11() -> None:
    answer = soap.refuse(a_request(b""), UnknownSource("no source"))
    assert (500, "text/xml; charset=utf-8") == (answer.status, answer.content_type)


def test_a_store_that_is_away_asks_to_come_back() -> None:
    answer = BINDING.refuse(a_soap_request(NS12), StoreUnavailable("later"))
    assert (503, {"Retry-After": "5"}) == (answer.status, answer.headers)

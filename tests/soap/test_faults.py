"""Every refusal in SOAP's words: well-formed, with the pinned code, whatever its text holds."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from gateway.contracts.wsdl import xsd
from gateway.errors import (
    ContractViolation,
    Internal,
    Malformed,
    NotUnderstood,
    Refusal,
    StoreUnavailable,
    TimedOut,
    TooLarge,
    Unauthenticated,
    UnknownOperation,
    UnknownSource,
    UnsupportedMedia,
    VersionMismatch,
    Violation,
)
from gateway.model.request import Dialect
from gateway.soap.envelope import NS11, NS12
from gateway.soap.faults import fault
from tests.builders import NAMESPACE
from tests.soap.generated import a_service

PINNED: list[tuple[type[Refusal], str, str]] = [
    (Malformed, "Client", "Sender"),
    (UnknownOperation, "Client", "Sender"),
    (ContractViolation, "Client", "Sender"),
    (UnsupportedMedia, "Client", "Sender"),
    (TooLarge, "Client", "Sender"),
    (UnknownSource, "Client", "Sender"),
    (TimedOut, "Client", "Sender"),
    (Unauthenticated, "Client", "Sender"),
    (StoreUnavailable, "Server", "Receiver"),
    (NotUnderstood, "MustUnderstand", "MustUnderstand"),
    (VersionMismatch, "VersionMismatch", "VersionMismatch"),
    (Internal, "Server", "Receiver"),
]
NASTY = 'a\0b\x01\x1f\x0b\ufffe\uffff\ud800 <tag> & "quotes" ]]> 😀'
PLAIN = 'a�b������ <tag> & "quotes" ]]> 😀'


def fault_of(error: Refusal, dialect: Dialect, namespace: str | None = NAMESPACE) -> Any:
    root = etree.fromstring(fault(error, dialect, namespace))
    soap = NS11 if dialect is Dialect.SOAP11 else NS12
    assert f"{{{soap}}}Envelope" == root.tag
    found = root.find(f"{{{soap}}}Body/{{{soap}}}Fault")
    assert found is not None
    return found


def qualified(element: Any, text: str) -> tuple[str, str]:
    """The namespace and the local part of a QName in an element's text."""
    prefix, _, local = text.partition(":")
    return element.nsmap[prefix], local


@pytest.mark.parametrize(("kind", "code", "_soap12"), PINNED)
def test_a_fault_of_soap_11_has_its_code_and_its_text(kind: type[Refusal], code: str, _soap12: str) -> None:
    found = fault_of(kind("why"), Dialect.SOAP11)
    assert ["faultcode", "faultstring", "detail"] == [child.tag for child in found]
    assert (NS11, code) == qualified(found[0], found[0].text)
    assert "why" == found[1].text


@pytest.mark.parametrize(("kind", "_soap11", "code"), PINNED)
def test_a_fault_of_soap_12_has_its_code_and_its_text(kind: type[Refusal], _soap11: str, code: str) -> None:
    found = fault_of(kind("why"), Dialect.SOAP12)
    assert [f"{{{NS12}}}{name}" for name in ("Code", "Reason", "Detail")] == [child.tag for child in found]
    value = found.find(f"{{{NS12}}}Code/{{{NS12}}}Value")
    assert (NS12, code) == qualified(value, value.text)
    text = found.find(f"{{{NS12}}}Reason/{{{NS12}}}Text")
    assert ("why", "en") == (text.text, text.get("{http://www.w3.org/XML/1998/namespace}lang"))


@pytest.mark.parametrize("dialect", [Dialect.SOAP11, Dialect.SOAP12])
@pytest.mark.parametrize(("kind", "_soap11", "_soap12"), PINNED)
def test_the_detail_is_the_declared_fault(kind: type[Refusal], _soap11: str, _soap12: str, dialect: Dialect) -> None:
    schema = etree.XMLSchema(etree.fromstring(xsd(a_service())))
    (detail,) = fault_of(kind("why", **_violations(kind)), dialect)[-1]
    schema.assertValid(detail)
    assert [kind.reason, "why"] == [child.text for child in detail[:2]]


def _violations(kind: type[Refusal]) -> dict[str, Any]:
    return {"violations": [Violation("/duration", "is required")]} if kind is ContractViolation else {}


def test_every_violation_is_in_the_detail() -> None:
    violations = [Violation("/a~1b", "must be <5>"), Violation("", "is out of order")]
    (detail,) = fault_of(ContractViolation("two", violations=violations), Dialect.SOAP11)[-1]
    assert [["/a~1b", "must be <5>"], [None, "is out of order"]] == [
        [part.text for part in one] for one in detail.iterchildren(f"{{{NAMESPACE}}}violation")
    ]


@pytest.mark.parametrize("dialect", [Dialect.SOAP11, Dialect.SOAP12])
def test_what_xml_has_no_place_for_is_replaced_wherever_it_stands(dialect: Dialect) -> None:
    error = ContractViolation(NASTY, violations=[Violation("/" + NASTY, NASTY)])
    found = fault_of(error, dialect)
    texts = [element.text for element in found.iter() if element.text and "😀" in element.text]
    assert [PLAIN, PLAIN, "/" + PLAIN, PLAIN] == texts


def test_a_long_text_is_cut() -> None:
    assert 2000 == len(fault_of(Malformed("é" * 100_000), Dialect.SOAP11)[1].text)


@pytest.mark.parametrize(("dialect", "count"), [(Dialect.SOAP11, 2), (Dialect.SOAP12, 2)])
def test_without_a_contract_there_is_no_detail(dialect: Dialect, count: int) -> None:
    assert count == len(fault_of(UnknownSource("no source"), dialect, None))

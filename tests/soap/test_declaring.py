"""Every type and facet of a contract, as its schema declares it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lxml import etree

from gateway.contracts.wsdl import xsd
from gateway.model.contract import Field, Type
from tests.builders import a_contract, a_field, an_event_type
from tests.soap.test_declared import a_service_of

XS = "{http://www.w3.org/2001/XMLSchema}"


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
        (a_field("a", pattern=r"[A-Z\d]+\\d"), {"base": "xs:string", "pattern": r"[A-Z0-9]+\\d"}),
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

"""What the XML Schema refuses the JSON Schema refuses, and the reverse; and a strict source reads just that.

Out of it, since only one of the two languages can say it: blanks, which XML collapses around a number, a boolean or a
time and inside base64; forms of one value that XML alone has (`+5`, `007`, `1` for true, `5.` …) or JSON alone (`5.0`
for an integer, exponents); a list of one where none is declared, and a number where a text is, which XML can't tell
from what is right; a date with an offset, and years beyond 9999, which are xs:date's and no date of ours; the order of
elements; characters that XML has not. libxml2 takes signs in base64 that are none of its alphabet.

Beyond both: an empty text is absent for the reading, also where a facet forbids it; test_json_schema.py has the rest.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.contracts.json_schema import json_schema
from gateway.contracts.wsdl import xsd
from gateway.errors import ContractViolation
from gateway.model.canonical import canonical_json
from gateway.model.contract import Contract, Field, Type
from gateway.model.field_reading import Form, Reading
from gateway.model.json_text import parsed_json
from gateway.model.reading import Reader, reader_for
from gateway.soap.declared import Context, DeclaredService
from tests.builders import NAMESPACE, a_contract, an_event_type
from tests.contracts.generated import Value, as_element, contracts, has_empty_text, plain, values_of
from tests.contracts.validating import Exact, parsed, takes
from tests.soap.generated import envelope, in_envelope


class Judges:
    """All that say what may be sent of one contract: both schemas, and a strict source by both its doors."""

    def __init__(self, contract: Contract) -> None:
        (self.event,) = contract.events.values()
        self.reader = reader_for(self.event, Reading.STRICT)
        self.service = DeclaredService(contract, {self.event.name: self.reader})
        self.xml_schema = etree.XMLSchema(etree.fromstring(xsd(self.service)))
        self.json_schema = Exact(parsed(json_schema(contract)))

    def agreed(self, values: dict[str, Value]) -> bool:
        """Whether `values` may be sent; fails where the judges are not of one mind."""
        operation = etree.Element(f"{{{NAMESPACE}}}{self.event.operation}")
        operation.append(as_element(self.event.element, values, self.event.fields))
        body = canonical_json(plain(values)).decode()
        is_taken = takes(self.json_schema, parsed(body))
        assert is_taken == self.xml_schema.validate(operation), (body, self.xml_schema.error_log)
        if not has_empty_text(values):
            by_json = read_json(self.reader, body)
            assert is_taken == (by_json is not None), body
            assert by_json == read_soap(self.service, operation)
        return is_taken


@given(data=st.data())
def test_what_one_schema_refuses_the_other_refuses_and_a_strict_source_too(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    judges = Judges(contract)
    for values in data.draw(st.lists(values_of(judges.event.fields), min_size=1, max_size=8)):
        judges.agreed(values)


D = Decimal


@pytest.mark.parametrize(
    ("declared", "taken", "refused"),
    [
        ({}, ["x", " ", "", None], []),
        ({"required": True}, ["x", " "], ["", None]),
        ({"required": True, "min_length": 0}, ["x"], [""]),
        ({"list": True}, [["x", ""], [], None], [["x", None]]),
        ({"list": True, "required": True}, [["x"]], [[], [""], None]),
        ({"min_length": 2, "max_length": 3}, ["é😀", "😀😀😀"], ["😀", "abcd"]),
        ({"values": ("red", " a ")}, ["red", " a ", None], ["Red", "a", ""]),
        ({"pattern": ".{2}"}, ["ab", "a\u2028", "😀😀"], ["a\r", "a\n", "a", "abc"]),
        ({"pattern": r"\d+"}, ["12"], ["٣", "1\n"]),
        ({"pattern": r"\-?[$]\/"}, ["-$/", "$/"], ["$"]),
        ({"type": Type.INTEGER}, [D(5), D(-(10**99)), None], [D("5.5"), "x"]),
        ({"type": Type.INTEGER, "digits": 2}, [D(99), D(-99)], [D(100), D(-100)]),
        ({"type": Type.INTEGER, "digits": 2, "minimum": D(0)}, [D(0)], [D(-1), D(100)]),
        (
            {"type": Type.DECIMAL, "digits": 3, "fraction_digits": 2},
            [D("1.23"), D("12.3"), D(123)],
            [D("12.34")],
        ),
        ({"type": Type.DECIMAL, "digits": 2}, [D("0.12"), D(12)], [D("0.012"), D("1.23")]),
        ({"type": Type.DECIMAL, "fraction_digits": 2}, [D("0.07"), D(10**30)], [D("0.001")]),
        (
            {"type": Type.DURATION, "minimum": D(0), "maximum": D("0.1")},
            [D(0), D("0.1")],
            [D("-0.1"), D("0.11")],
        ),
        ({"type": Type.BOOLEAN}, [True, False, None], ["TRUE", "yes"]),
        ({"type": Type.DATE}, ["2024-02-29", "0004-02-29"], ["2023-02-29", "1900-02-29", "2026-04-31", "0000-01-01"]),
        ({"type": Type.DATE_TIME}, ["2026-03-16T24:00:00", "2026-03-16T00:00:00.5-14:00"], ["2026-03-16T24:00:01Z"]),
        ({"type": Type.DATE_TIME}, ["2026-03-16T23:59:59+14:00"], ["2026-03-16T23:59:60Z", "2026-03-16t23:59:59z"]),
        ({"type": Type.DATE_TIME}, ["2000-02-29T00:00:00Z"], ["2026-03-16T00:00:00+14:01", "2026-03-16", "x"]),
        ({"type": Type.BASE64}, ["AA==", "AAE=", "AAEC", "", None], ["AB==", "AAF=", "AA", "A", "===="]),
    ],
)
def test_they_agree_on_what_is_at_the_edge_of_a_declaration(
    declared: dict[str, Any], taken: list[Value], refused: list[Value]
) -> None:
    judges = Judges(a_contract(an_event_type(Field("a", **{"type": Type.STRING} | declared))))
    assert [True] * len(taken) == [judges.agreed({"a": value}) for value in taken]
    assert [False] * len(refused) == [judges.agreed({"a": value}) for value in refused]


def test_they_agree_on_what_is_in_an_object() -> None:
    one = Field("one", Type.OBJECT, of="b", fields=(Field("n", Type.STRING, required=True),))
    judges = Judges(a_contract(an_event_type(one, replace(one, name="many", list=True))))
    taken: list[dict[str, Value]] = [{}, {"one": None}, {"one": {"n": "x"}, "many": [{"n": "x"}, {"n": "y"}]}]
    refused: list[dict[str, Value]] = [
        *({"one": {}}, {"one": "x"}, {"many": [None]}, {"one": {"n": None}}),
        *({"one": {"n": "x", "m": "x"}}, {"two": "x"}),
    ]
    assert [True] * len(taken) == [judges.agreed(values) for values in taken]
    assert [False] * len(refused) == [judges.agreed(values) for values in refused]


def read_json(reader: Reader, body: str) -> dict[str, Any] | None:
    document: Any = parsed_json(body)
    found, violations = reader.examine(document.items(), Form.JSON)
    return None if violations else found


def read_soap(service: DeclaredService, operation: etree._Element) -> dict[str, Any] | None:
    try:
        return service.read(Context(envelope(in_envelope(etree.tostring(operation).decode())))).in_object[0].data
    except ContractViolation:
        return None

"""A sample has what is required or has an example; its own contract takes it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from gateway.model.canonical import canonical_json
from gateway.model.contract import Contract, Field, Type
from gateway.model.field_reading import Form, Reading
from gateway.model.reading import reader_for
from gateway.model.sample import sample
from tests.builders import a_field, an_event_type

PARTY = (a_field("name", required=True), a_field("phones", list=True, example="1"), a_field("note"))


def a_sample(*fields: Field) -> dict[str, Any]:
    return sample(an_event_type(*fields))


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (a_field("a", required=True), "x"),
        (a_field("a", example="Zoë"), "Zoë"),
        (a_field("a", required=True, example="Zoë"), "Zoë"),
        (a_field("a", required=True, values=("red", "blue")), "red"),
        (a_field("a", required=True, values=("red", "blue"), example="blue"), "blue"),
        (a_field("a", Type.INTEGER, required=True), "1"),
        (a_field("a", Type.INTEGER, required=True, minimum=Decimal(7)), "7"),
        (a_field("a", Type.INTEGER, required=True, minimum=Decimal("1E+2")), "100"),
        (a_field("a", Type.INTEGER, required=True, minimum=Decimal(-5)), "1"),
        (a_field("a", Type.DECIMAL, required=True), "1"),
        (a_field("a", Type.DURATION, required=True, minimum=Decimal("1.50")), "1.50"),
        (a_field("a", Type.BOOLEAN, required=True), "true"),
        (a_field("a", Type.DATE, required=True), "2026-03-16"),
        (a_field("a", Type.DATE_TIME, required=True), "2026-03-16T14:15:02Z"),
        (a_field("a", Type.BASE64, required=True), "eA=="),
        (a_field("a", list=True, example="b"), ["b"]),
        (a_field("a", Type.INTEGER, required=True, list=True), ["1"]),
        (a_field("a", Type.OBJECT, of="party", fields=PARTY), {"name": "x", "phones": ["1"]}),
        (a_field("a", Type.OBJECT, of="party", fields=PARTY, list=True), [{"name": "x", "phones": ["1"]}]),
    ],
)
def test_a_field_has_its_example_or_something_of_its_type(field: Field, expected: object) -> None:
    assert {"a": expected} == a_sample(field)


@pytest.mark.parametrize(
    "field",
    [
        a_field("a"),
        a_field("a", Type.INTEGER),
        a_field("a", list=True),
        a_field("a", Type.OBJECT, of="party", fields=(a_field("note"),)),
        a_field("a", Type.OBJECT, of="party", fields=(a_field("note"),), list=True),
        a_field("a", Type.OBJECT, of="party", fields=()),
    ],
)
def test_what_is_optional_and_has_no_example_is_left_out(field: Field) -> None:
    assert {"b": "x"} == a_sample(field, a_field("b", required=True))


def test_the_order_is_the_contracts() -> None:
    fields = [a_field(name, example="1") for name in ("z", "a", "m")]
    assert ["z", "a", "m"] == list(a_sample(*fields))


@pytest.mark.parametrize(
    "field",
    [
        *(a_field("a", kind, required=True) for kind in Type if kind is not Type.OBJECT),
        *(a_field("a", kind, required=True, list=True) for kind in Type if kind is not Type.OBJECT),
        a_field("a", Type.OBJECT, of="party", fields=PARTY),
        a_field("a", required=True, values=("red", "blue")),
        a_field("a", Type.INTEGER, required=True, minimum=Decimal(7), maximum=Decimal(9)),
        a_field("a", Type.INTEGER, required=True, maximum=Decimal(0)),
        a_field("a", Type.DECIMAL, required=True, minimum=Decimal("0.2"), maximum=Decimal("0.4")),
        a_field("a", required=True, min_length=5),
    ],
    ids=lambda field: f"{field.type}",
)
def test_its_own_contract_takes_a_sample(field: Field) -> None:
    event = an_event_type(field)
    document = json.loads(json.dumps(sample(event)))
    data, violations = reader_for(event, Reading.LENIENT).examine(document.items(), Form.JSON)
    assert ([], {"a"}) == (violations, set(data))


def test_the_shipped_contract_takes_its_samples(calls: Contract) -> None:
    for event in calls.events.values():
        assert canonical_json(reader_for(event, Reading.LENIENT).data(sample(event).items(), Form.JSON))

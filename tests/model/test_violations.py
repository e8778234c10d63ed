"""What a readable value must still satisfy, and which patterns every dialect reads alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gateway.model.contract import Field, Type
from gateway.model.violations import checks_of
from tests.builders import a_field

TEXT = Type.STRING


def complaints(field: Field, value: object) -> list[str]:
    return [said for said in (check(value) for check in checks_of(field)) if said]


@pytest.mark.parametrize(
    ("type_", "facets", "fine", "wrong", "said"),
    [
        (TEXT, {"min_length": 2}, ["ab", "éé"], ["a"], "must have at least 2 characters, has 1"),
        (TEXT, {"max_length": 2}, ["", "ab", "😀😀"], ["abc"], "must have at most 2 characters, has 3"),
        (TEXT, {"pattern": "[A-Z]+"}, ["AB"], ["", "Ab", "AB\n", " AB"], r"must match the pattern [A-Z]+"),
        (TEXT, {"pattern": "a|bc"}, ["a", "bc"], ["ac", "abc"], "must match the pattern a|bc"),
        (TEXT, {"pattern": r"\d"}, ["1"], ["٣", "12"], r"must match the pattern \d"),
        (TEXT, {"values": ("on", "off")}, ["on", "off"], ["On"], 'must be one of on, off; not "On"'),
        (Type.INTEGER, {"minimum": Decimal(-5)}, [-5, 10**99], [-6], "must be at least -5"),
        (Type.INTEGER, {"maximum": Decimal(5)}, [5, -(10**99)], [6, 10**99], "must be at most 5"),
        (Type.INTEGER, {"digits": 2}, [0, 99, -99], [100, -100], "must have at most 2 digits"),
        (Type.DECIMAL, {"minimum": Decimal("0.5")}, [Decimal("0.5")], [Decimal("0.4999")], "must be at least 0.5"),
        (Type.DECIMAL, {"maximum": Decimal("1E+3")}, [Decimal(1000)], [Decimal("1000.1")], "must be at most 1000"),
        (
            Type.DECIMAL, {"digits": 3},
            [Decimal("1.23"), Decimal("0.123"), Decimal(-999)], [Decimal("1.234"), Decimal(1000), Decimal("0.0012")],
            "must have at most 3 digits",
        ),
        (
            Type.DURATION, {"fraction_digits": 2}, [Decimal("1.23"), Decimal(5)], [Decimal("1.234")],
            "must have at most 2 digits after the point",
        ),
    ],
)  # fmt: skip
def test_a_facet_lets_what_it_says_pass(
    type_: Type, facets: dict[str, Any], fine: list[object], wrong: list[object], said: str
) -> None:
    field = a_field("v", type_, **facets)
    assert [[] for _ in fine] == [complaints(field, value) for value in fine]
    assert [[said] for _ in wrong] == [complaints(field, value) for value in wrong]


@pytest.mark.parametrize("digits", [30, 99])
def test_long_numbers_are_compared_to_the_last_digit(digits: int) -> None:
    limit = Decimal(10) ** digits
    field = a_field("v", Type.INTEGER, maximum=Decimal("1" + digits * "0"))
    assert [] == complaints(field, int(limit))
    assert complaints(field, 10**digits + 1)


def test_a_long_value_is_cut_in_the_complaint() -> None:
    (said,) = complaints(a_field("v", values=("on",)), 1000 * "x")
    assert len(said) < 120


@pytest.mark.parametrize("type_", Type)
def test_a_field_without_facets_has_no_checks(type_: Type) -> None:
    assert not checks_of(a_field("v", type_))

"""The one JSON form of event data, with the standard library's parser as its reference."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.canonical import JsonValue, Number, canonical_json

text = st.text(st.characters(exclude_categories=["Cs"]))
plain = st.none() | st.booleans() | st.integers() | text
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=5)


def documents(scalars: st.SearchStrategy[JsonValue]) -> st.SearchStrategy[JsonValue]:
    return st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(text, inner), max_leaves=20)


@given(documents(plain | decimals))
def test_the_standard_parser_reads_back_what_was_written(value: JsonValue) -> None:
    assert value == json.loads(canonical_json(value), parse_float=Decimal)


@given(documents(plain))
def test_the_form_is_compact_utf_8_with_keys_in_their_order(value: JsonValue) -> None:
    assert json.dumps(value, ensure_ascii=False, separators=(",", ":")) == canonical_json(value).decode()


@given(documents(plain | decimals))
def test_numbers_kept_as_their_source_text_are_written_back_as_they_came(value: JsonValue) -> None:
    written = canonical_json(value)
    assert written == canonical_json(json.loads(written, parse_float=Number, parse_int=Number))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1E+2"), "100"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("0.1000000000000000055511151231257827"), "0.1000000000000000055511151231257827"),
        (10**99, "1" + 99 * "0"),
        (Number("1.50"), "1.50"),
        (Number("1e999999999"), "1e999999999"),
        (True, "true"),
        ({"b": 1, "a": (None, False)}, '{"b":1,"a":[null,false]}'),
        ('"\\/\0\n\u2028é😀', '"\\"\\\\/\\u0000\\n\u2028é😀"'),
        ({'"': ""}, '{"\\"":""}'),
        ({}, "{}"),
        ([], "[]"),
    ],
)
def test_every_kind_of_value_has_one_form(value: JsonValue, expected: str) -> None:
    assert expected == canonical_json(value).decode()


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical_json({"a": "\ud800"})


@pytest.mark.parametrize("value", [1.5, float("nan"), b"a", {1, 2}, object()])
def test_what_json_has_no_form_for_is_refused(value: JsonValue) -> None:
    with pytest.raises(TypeError, match="JSON has no form for"):
        canonical_json([value])

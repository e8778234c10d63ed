"""What no field takes is kept as JSON, every value of it; NUL in it is found wherever it is."""

from __future__ import annotations

import pytest

from gateway.model.bracketed import Branch
from gateway.model.canonical import Number, canonical_json
from gateway.model.contract import Type
from gateway.model.extra import plain, with_nul
from gateway.model.field_reading import Form, Pairs, Reading
from gateway.model.reading import Data, reader_for
from tests.builders import a_field, an_event_type

PARTY = (a_field("name"),)
READER = reader_for(
    an_event_type(
        a_field("call_id", aliases=("uii", "call")),
        a_field("tags", list=True, aliases=("labels",)),
        a_field("party", Type.OBJECT, of="party", fields=PARTY),
    ),
    Reading.LENIENT,
)


def read(*pairs: tuple[str, object], form: Form = Form.TEXT) -> Data:
    return READER.data(pairs, form)


def a_branch(*pairs: tuple[list[str], object]) -> Branch:
    branch = Branch()
    for steps, value in pairs:
        branch.grow(steps, value)
    return branch


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("text", "text"),
        (None, None),
        (True, True),
        (Number("10.10"), Number("10.10")),
        ({"a": [Number("1e5"), None]}, {"a": [Number("1e5"), None]}),
        (["a", Pairs([("b", "c")])], ["a", {"b": "c"}]),
        (Pairs(), {}),
        (Pairs([("a", "1"), ("b", None), ("a", "2")]), {"a": ["1", "2"], "b": None}),
        (Pairs([("a", Pairs([("b", "1"), ("b", "2")])), ("a", "3")]), {"a": [{"b": ["1", "2"]}, "3"]}),
        (a_branch(([], "a")), "a"),
        (a_branch(([], "a"), ([""], "b")), ["a", "b"]),
        (a_branch((["x"], "a"), (["y", "0"], "b")), {"x": "a", "y": ["b"]}),
    ],
)
def test_a_value_is_kept_as_json_has_it(raw: object, expected: object) -> None:
    assert expected == plain(raw)


def test_a_number_keeps_its_digits_and_its_form() -> None:
    data = read(("a", [Number("10.10"), Number("1E5"), Number("-0")]), form=Form.JSON)
    assert b'{"extra":{"a":[10.10,1E5,-0]}}' == canonical_json(data)


def test_no_value_of_a_name_is_lost() -> None:
    written = canonical_json(plain(a_branch(([], "a"), (["x"], "b"), (["x", "y"], "c"))))
    assert all(value in written for value in (b'"a"', b'"b"', b'"c"'))


@pytest.mark.parametrize("form", list(Form))
def test_extra_is_the_last_key_and_keeps_the_order_in_which_names_came(form: Form) -> None:
    data = read(("z", "1"), ("call_id", "2"), ("a", "3"), ("Z", "4"), form=form)
    assert ["call_id", "extra"] == list(data)
    assert [("z", "1"), ("a", "3"), ("Z", "4")] == list(data["extra"].items())


def test_what_is_unknown_stays_in_the_object_it_stood_in() -> None:
    data = read(("party", {"name": "b", "x": "1"}), ("x", "2"), form=Form.JSON)
    assert {"party": {"name": "b", "extra": {"x": "1"}}, "extra": {"x": "2"}} == data


def test_without_anything_unknown_there_is_none() -> None:
    assert {"call_id": "1"} == read(("call_id", "1"))


def test_what_a_sender_calls_extra_is_unknown_like_any_other() -> None:
    assert {"extra": {"extra": {"a": None}}} == read(("extra", {"a": None}), form=Form.JSON)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("uii", "1"), ("call_id", "2")], {"call_id": "2", "extra": {"uii": "1"}}),
        ([("uii", "1"), ("call_id", "1")], {"call_id": "1"}),
        ([("uii", "1"), ("call_id", "")], {"call_id": "1"}),
        ([("call", "3"), ("uii", "1")], {"call_id": "1", "extra": {"call": "3"}}),
        ([("tags", "a"), ("labels", "b"), ("labels", "c")], {"tags": ["a"], "extra": {"labels": ["b", "c"]}}),
        ([("tags", "a"), ("labels", "b")], {"tags": ["a"], "extra": {"labels": "b"}}),
        ([("tags", "a"), ("labels", "b"), ("labels[0]", "c")], {"tags": ["a"], "extra": {"labels": ["b", "c"]}}),
        ([("tags", "a"), ("labels[0]", "a")], {"tags": ["a"]}),
    ],
)
def test_another_name_of_a_field_is_kept_where_it_says_something_else(
    pairs: list[tuple[str, object]], expected: Data
) -> None:
    assert expected == read(*pairs)


@pytest.mark.parametrize(
    "value", ["\0", "a\0b", ["a", ["\0"]], {"a": {"b": "\0"}}, {"\0": "a"}, [{"a": [{"b\0": None}]}]]
)
def test_nul_is_found_wherever_it_is(value: object) -> None:
    assert ["bad", "b\0"] == with_nul({"good": ["\x01", Number("0"), None, False, {"a": ""}], "bad": value, "b\0": ""})

"""Tags in text, filled once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.canonical import Number
from gateway.model.template import Template

DATA = {
    "id": "4711",
    "_n2": "n",
    "count": 5,
    "share": Decimal("1E+2"),
    "tiny": Decimal("1E-7"),
    "ended": False,
    "raw": Number("1.50"),
    "tag": "#id#",
    "none": None,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("#id#", "4711"),
        ("call #id#, again #id#.", "call 4711, again 4711."),
        ("#id##count#", "47115"),
        ("#_n2#", "n"),
        ("#share# #tiny#", "100 0.0000001"),
        ("#ended#", "false"),
        ("#raw#", "1.50"),
        ("#tag#", "#id#"),  # a value is not rendered again
        ("#tag#id#", "#id#id#"),
        ("a#absent?#b", "ab"),
        ("#id?#", "4711"),
        ("#none?#", ""),
        ("#absent#", None),
        ("#none#", None),
        ("#id# #absent#", None),
        ("5# of #id#", "5# of 4711"),
        ("# id# ## #1# #a-b# #a..b# #id", "# id# ## #1# #a-b# #a..b# #id"),  # what looks like no tag is text
    ],
)
def test_a_template_is_rendered_once(text: str, expected: str | None) -> None:
    assert expected == Template.of(text).rendered(DATA)


@pytest.mark.parametrize(
    ("text", "expected"), [("plain", ()), ("#a# and #b?#", ("a", "b")), ("#a##a#", ("a", "a")), ("# a# ##", ())]
)
def test_a_template_knows_the_fields_that_it_names(text: str, expected: tuple[str, ...]) -> None:
    assert expected == Template.of(text).names


@given(st.text(st.sampled_from("ab?# ")))
def test_text_is_kept_between_tags(text: str) -> None:
    rendered = Template.of(text).rendered({"a": "#a#", "aa": "#aa#", "b": "#b#", "ab": "#ab#"})
    if rendered is not None and "?" not in text:
        assert text == rendered

"""Headers: whatever a value holds, it stays one line of visible ASCII."""

from __future__ import annotations

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from gateway.model.places import in_attribute, in_header


@given(st.text())
def test_no_value_can_break_out_of_a_header(value: str) -> None:
    assert all(" " <= character <= "~" for character in in_header(value))


@given(st.text())
def test_an_attribute_is_read_back_as_it_was(value: str) -> None:
    assert value == unquote(in_attribute(value))
    assert " " not in in_attribute(value)

"""Plain text with a field a line, and what of plain text is a form all the same."""

from __future__ import annotations

import pytest

from gateway.bodies.from_text import looks_like_fields, read
from gateway.errors import Malformed
from gateway.model.field_reading import Form
from tests.builders import a_request


@pytest.mark.parametrize(
    "text", ["a: 1", "a: 1\nb: 2", "a=1\nb=2\n", "  a = 1\r\n\r\nb=2", "a=x=y\nb: c: d", "a:\nb: 2"]
)
def test_a_field_a_line(text: str) -> None:
    assert looks_like_fields(text.encode())


@pytest.mark.parametrize(
    "text", ["a=1", "a=1&b=2", "a=1&b=2\r\n", "a%5B0%5D=1&c=x: y", "words", "{}", "<a>", "", "1: 2"]
)
def test_a_form_or_anything_else_in_one_line_is_not(text: str) -> None:
    assert not looks_like_fields(text.encode())


def test_each_line_is_a_field_and_blanks_around_it_do_not_count() -> None:
    body = read(a_request("a: 1 \r\n\r\n b = x=y\nc:\nd: Zoë: ja".encode(), headers={"content-type": "text/plain"}))
    (item,) = body.items
    assert ([("a", "1"), ("b", "x=y"), ("c", ""), ("d", "Zoë: ja")], Form.TEXT) == (item.pairs, item.form)


def test_a_line_that_is_no_field_is_told() -> None:
    with pytest.raises(Malformed, match="line 2 of the text is no field"):
        read(a_request(b"a: 1\nmore of it", headers={"content-type": "text/plain"}))

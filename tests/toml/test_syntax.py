"""What is no TOML is told with its place and what was expected, and nothing that may be secret."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ConfigError
from gateway.toml.syntax import parsed_toml


def told(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parsed_toml(text, "gateway.toml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("timeout = 30s", "line 1, column 13 at timeout: something follows the value (one setting a line"),
        ("a = 1\nb = yes\n", "line 2, column 5 at b: that is no value (write true or false, in lower case"),
        ('a = "x', "line 1, column 7 at a: the text has no end"),
        ("a = 'x", "line 1, column 7 at a: the text has no end"),
        ("[a]\n[a]\n", "line 2, column 3 at [a]: [a] is there already (join the two tables"),
        ('[a."b c"]\n[a."b c"]\n', "[a.b c] is there already"),
        ("a = { b = 1 }\na.c = 2\n", "line 2, column 8 at a.c: what was written as { … } can't be added to"),
        ("[[a\n", "line 1, column 4 at [[a: the name of a list's table ends with ]]"),
        ('a = "\x07"', "line 1, column 6 at a: a character that can't be seen stands there"),
        ("a = 0x", "something follows the value"),
        ("d = 2026-02-30", "line 1, column 5 at d: Invalid date or datetime"),
    ],
)
def test_it_is_told_where_and_what_was_expected(text: str, expected: str) -> None:
    assert told(text).startswith("gateway.toml: is not TOML: line ")
    assert expected in told(text)


def test_what_is_toml_is_read() -> None:
    assert {"a": {"b": 1}} == parsed_toml("[a]\nb = 1\n", "gateway.toml")


@pytest.mark.parametrize("text", ['password = "hunter2', "password: hunter2", "x = { password = hunter2 }", '"hunter2'])
def test_no_value_is_shown(text: str) -> None:
    assert "hunter2" not in told(text)


@given(st.text(alphabet="[]{}=,.\"'# \nabtrue1\\“\0", max_size=40))
def test_whatever_is_no_toml_has_a_line_of_the_file(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        line = re.search(r"line (\d+), column \d+", told(text))
        assert line is not None
        assert 1 <= int(line[1]) <= text.count("\n") + 1

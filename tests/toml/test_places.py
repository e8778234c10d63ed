"""Each setting's line, whatever the ways that TOML has to write it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.toml.places import line_at, lines_of
from tests import ROOT

DOCUMENT = """\
a = 1  # b = 2
[t."x.y"]
k = "[no] = # table"
'q q' = '''
[not]
a = 1'''
d.e.f = [1, { g = "}" },
  [2,
   3]]
[[l]]
m = {}
[[l]]
m = [ ]
z = \"\"\"a \\\\\" b = \"\"\"
at = 2026-03-16 14:15:00
"""


def test_every_table_key_and_item_has_its_line() -> None:
    tomllib.loads(DOCUMENT)
    assert {
        "a": 1, "t.x.y": 2, "t.x.y.k": 3, "t.x.y.q q": 4, "t.x.y.d.e.f": 7, "t.x.y.d.e.f.0": 7, "t.x.y.d.e.f.1": 7,
        "t.x.y.d.e.f.1.g": 7, "t.x.y.d.e.f.2": 8, "t.x.y.d.e.f.2.0": 8, "t.x.y.d.e.f.2.1": 9, "l.0": 10, "l.0.m": 11,
        "l.1": 12, "l.1.m": 13, "l.1.z": 14, "l.1.at": 15,
    } == lines_of(DOCUMENT)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "line"),
    [("t.x.y.k", 3), ("t.x.y.missing", 2), ("t", 2), ("t.x.y.k.deep.er", 3), ("d.e", 7), ("nowhere", None), ("", None)],
)
def test_what_is_missing_is_looked_for_in_its_table(path: str, line: int | None) -> None:
    lines = lines_of(DOCUMENT)
    assert (line_at(lines, path) if path != "d.e" else line_at(lines, "t.x.y.d.e")) == line


def _paths(value: object, path: str = "") -> Iterator[str]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in pairs:
        inner = f"{path}.{key}" if path else str(key)
        yield inner
        yield from _paths(one, inner)


@pytest.mark.parametrize(
    "name", ["deploy/gateway.toml", "deploy/starter.toml", "wsdl/calls/contract.toml", "pyproject.toml"]
)
def test_every_setting_of_a_real_file_is_found(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = lines_of(text)
    assert [] == [path for path in _paths(tomllib.loads(text)) if line_at(lines, path) is None]
    assert all(line <= text.count("\n") for line in lines.values())


@given(st.text(alphabet="[]{}=,.\"'# \nab1\\", max_size=60))
def test_what_is_no_toml_is_gone_through_all_the_same(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in lines_of(text).values())

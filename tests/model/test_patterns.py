"""A pattern is published for XML Schema with the same meaning, or refused with the part that has none."""

from __future__ import annotations

import re

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as some
from lxml import etree

from gateway.model.patterns import Unportable, _with_one_dot, compiled, ecma_pattern, xsd_pattern

_SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"><xs:simpleType>
<xs:restriction base="xs:string"><xs:pattern value="{}"/></xs:restriction></xs:simpleType></xs:element></xs:schema>"""


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("abc", "abc"),
        (r"\+?[0-9]{3,15}", r"\+?[0-9]{3,15}"),
        (r"\d+", "[0-9]+"),
        (r"\D", "[^0-9]"),
        (r"[\d_]+", "[0-9_]+"),
        (r"\\d", r"\\d"),
        ("[+?*]x", "[+?*]x"),
        ("[a$]", "[a$]"),
        ("[^$]", "[^$]"),
        (r"a\$b\/c", "a$b/c"),
        ("(ab|c){2,}", "(ab|c){2,}"),
    ],
)
def test_these_are_written_for_xml_schema(pattern: str, expected: str) -> None:
    assert expected == xsd_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        (r"\w+", r"\w"), (r"\s", r"\s"), (r"\bx", r"\b"), (r"(a)\1", r"\1"), (r"\x41", r"\x"), ("(?:a)", "(?:a"),
        ("(?i)a", "(?i)"), ("^a", "^a"), ("a$", "$"), (r"\\$", "$"), ("a*?", "*?"), ("a++", "++"), ("a{2}?", "{2}?"),
        ("a{,3}", "{,3}"), ("[a-z-[aeiou]]", "[a-z"), (r"[\D]", r"\D"), ("[a&&b]", "&&"), ("(", None), ("[", "["),
        ("*", None), ("a{2,1}", None),
    ],
)  # fmt: skip
def test_these_are_refused_and_the_part_is_named(pattern: str, part: str | None) -> None:
    with pytest.raises((Unportable, re.error)) as refused:
        xsd_pattern(pattern)
    if part is not None:
        assert part == str(refused.value)


@given(value=some.text("ab1_$+-", max_size=6))
@pytest.mark.parametrize("pattern", [r"[\d_]+", r"\+?\d{1,3}", "a|b*", "(ab)+1?", "[^ab]*", "[$+]", r"\-?a{2,3}"])
def test_libxml2_and_python_read_it_alike(pattern: str, value: str) -> None:
    schema = etree.XMLSchema(etree.fromstring(_SCHEMA.format(xsd_pattern(pattern))))
    element = etree.Element("a")
    element.text = value
    assert schema.validate(element) == bool(re.fullmatch(pattern, value))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("abc|d", "^(?:abc|d)$"),
        (r"\d\D", "^(?:[0-9][^0-9])$"),
        (r"[\d_\\d]", r"^(?:[0-9_\\d])$"),
        (r"\-[\-a]\.", r"^(?:-[\-a]\.)$"),
        (r"a\$b\/c", r"^(?:a\$b\/c)$"),
        (r".[.]\.", r"^(?:[^\n\r][.]\.)$"),
    ],
)
def test_these_are_written_for_json_schema(pattern: str, expected: str) -> None:
    """Anchored, and with what ECMA 262 takes in its Unicode mode: `\\-` is in classes only."""
    assert expected == ecma_pattern(pattern)


@pytest.mark.parametrize(("text", "expected"), [("a", True), ("\u2028", True), ("\n", False), ("\r", False)])
def test_a_dot_is_anything_but_an_end_of_line_as_in_xml_schema(text: str, expected: bool) -> None:
    schema = etree.XMLSchema(etree.fromstring(_SCHEMA.format(xsd_pattern("."))))
    element = etree.Element("a")
    element.text = text
    in_ecma = re.search(ecma_pattern(".").replace("$", r"\Z"), text)
    assert [expected] * 3 == [schema.validate(element), bool(compiled(".").fullmatch(text)), bool(in_ecma)]


_PARTS = some.sampled_from(
    ["a", "b*", "[^a]", ".", "é+", "#", "(a|ab)", "(?:b)?", "(?i:k)", "[0-9]{2}", "\\.", "^", "$"]
)
_PATTERNS = some.lists(_PARTS, max_size=5).map("".join) | some.sampled_from(
    ["(?:#[A-Za-z0-9_.]+#)?", "'([0-9]{3})", "(a)|b", "(?s).*", "(a|b|)+c", "[^\\x00-\\x{10fffe}]", "a{9}b", "(?m)^a$"]
)


@given(pattern=_PATTERNS, text=some.text("ab#é.K\u212ak01'\n", max_size=12) | some.text(max_size=4))
@example(pattern="a{9}b", text="aaaaaaaaab")
@example(pattern="(?i:k)", text="\u212a")
@example(pattern="[^\\x00-\\x{10fffe}]", text="\U0010ffff")
def test_what_lies_outside_a_patterns_bounds_does_not_match_it(pattern: str, text: str) -> None:
    """Asked without them, RE2 finds the same."""
    ours, theirs = compiled(pattern), re2.compile(_with_one_dot(pattern))
    found, expected = ours.fullmatch(text), theirs.fullmatch(text)
    parts = range(ours.groups + 1)
    assert (expected and [expected.group(part) for part in parts]) == (found and [found.group(part) for part in parts])

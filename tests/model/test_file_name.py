"""The name of a file: whatever the values are, it stays in its folder, and there is one."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.file_name import LONGEST, FileName, numbered, safe_part, with_mark
from gateway.model.scope import Scope
from gateway.model.template import Unresolved
from tests.builders import an_event


def rendered(text: str, **data: object) -> str:
    return FileName.of(text).rendered(Scope(an_event(data=json.dumps(data).encode())))


def is_safe(part: str) -> bool:
    return (
        0 < len(part.encode()) <= LONGEST
        and not set(part) & set('/\\:*?"<>|')
        and not any(ord(one) < 32 or 127 <= ord(one) < 160 for one in part)
        and not part.startswith((".", " "))
        and not part.endswith((".", " "))
    )


@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_any_text_is_made_one_safe_part(text: str) -> None:
    assert is_safe(safe_part(text))


@given(st.text(st.characters(exclude_categories=()), max_size=300), st.integers() | st.text(max_size=300))
def test_no_value_leaves_its_part_of_the_path(account: str, call: object) -> None:
    account_part, name = rendered("#account#/#call_id#-x.wav", account=account or "_", call_id=call).split("/")
    assert is_safe(account_part)
    assert is_safe(name)


@given(st.text(max_size=400))
def test_a_part_that_is_safe_stays_as_it_is(text: str) -> None:
    assert safe_part(text) == safe_part(safe_part(text))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("4711", "4711"),
        ("Zoë 😀", "Zoë 😀"),
        ("..", "_"),
        ("...wav", "__wav"),
        ("a/../b", "a_.._b"),
        ("C:\\Windows", "C__Windows"),
        ("con", "_con"),
        ("COM1.wav", "_COM1.wav"),
        ("LPT¹", "_LPT¹"),
        ("console", "console"),
        ("a. . ", "a"),
        ("tab\there", "tab_here"),
        ("e\u0301", "é"),
        ("a\u200bb\u2028c", "a_b_c"),
    ],
)
def test_what_no_system_takes_is_replaced(given: str, expected: str) -> None:
    assert expected == safe_part(given)


def test_a_long_name_is_cut_keeps_its_ending_and_differs_from_others() -> None:
    first, second = safe_part("a" * 300 + "1.wav"), safe_part("a" * 300 + "2.wav")
    assert LONGEST == len(first) == len(second)
    assert first != second
    assert ".wav" == PurePosixPath(first).suffix
    assert LONGEST >= len(safe_part("a." + "b" * 300).encode()) > 100


def test_slashes_of_the_name_itself_make_folders_and_a_form_may_have_one() -> None:
    assert "acme/2026/4711.wav" == rendered("#account#/2026/#call_id#.wav", account="acme", call_id="4711")
    time = {"at": "2026-03-16T12:00:00Z"}
    from gateway.values import zone_named

    name = FileName.of("#at|%Y-%m-%d|America/New_York#/x.wav", zone_named)
    assert "2026-03-16/x.wav" == name.rendered(Scope(an_event(data=json.dumps(time).encode())))


def test_an_optional_value_that_is_absent_leaves_its_place_empty() -> None:
    assert "4711-.wav" == rendered("#call_id#-#segment?#.wav", call_id="4711")
    assert "_/4711.wav" == rendered("#account?#/#call_id#.wav", call_id="4711")
    with pytest.raises(Unresolved):
        rendered("#call_id#-#segment#.wav", call_id="4711")


@pytest.mark.parametrize(
    "text", ["", "/a.wav", "a/", "a//b", "../a", "a/../b", ".a", "a/.b", "a\\b", "a\0b", "a:b", "a\nb"]
)
def test_a_name_that_leads_out_by_itself_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="has a"):
        FileName.of(text)


def test_a_mark_stands_before_the_ending() -> None:
    assert "a/b-2.wav" == with_mark("a/b.wav", "2")
    assert "b-agent" == with_mark("b", "agent")


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert ["a/b.wav", "a/b-2.wav", "a/b-3.wav"] == list(islice(numbered("a/b.wav"), 3))

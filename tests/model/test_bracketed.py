"""Flat names lead into what is nested: by brackets or dots, a list by its indices, gaps closed."""

from __future__ import annotations

import pytest

from gateway.model.bracketed import Branch, steps_of
from gateway.model.json_text import MAX_DEPTH
from gateway.model.lexical import Unreadable


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("customer[name]", ("customer", ["name"])),
        ("customer.name", ("customer", ["name"])),
        ("segments[0][agent_id]", ("segments", ["0", "agent_id"])),
        ("segments[0].agent_id", ("segments", ["0", "agent_id"])),
        ("segments.0[agent_id]", ("segments", ["0", "agent_id"])),
        ("segments.0.agent_id", ("segments", ["0", "agent_id"])),
        ("tags[]", ("tags", [""])),
        ("a[][b]", ("a", ["", "b"])),
        ("a[b.c]", ("a", ["b.c"])),
        ("a[ b ]", ("a", [" b "])),
        ("a b[c]", ("a b", ["c"])),
        ("a" + "[b]" * MAX_DEPTH, ("a", ["b"] * MAX_DEPTH)),
    ],
)
def test_a_name_has_a_root_and_steps(name: str, expected: tuple[str, list[str]]) -> None:
    assert expected == steps_of(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "call_id", "[a]", ".a", "a.", "a..b", "a[", "a]", "a[b", "a[b]]", "a[[b]]", "a[b]c", "a[b]c[d]", "a.[b]",
        "a" + "[b]" * (MAX_DEPTH + 1), "a" + ".b" * 100_000, "[" * 100_000,
    ],
    ids=lambda name: name[:20],
)  # fmt: skip
def test_any_other_name_is_one_name(name: str) -> None:
    assert None is steps_of(name)


def grown(*pairs: tuple[list[str], object]) -> Branch:
    branch = Branch()
    for steps, value in pairs:
        branch.grow(steps, value)
    return branch


def shown(value: object) -> object:
    """A branch as plain lists: its values, and its parts by name."""
    if not isinstance(value, Branch):
        return value
    return [*value.values, *([{step: shown(part) for step, part in value.parts.items()}] if value.parts else [])]


def test_a_branch_grows_where_the_steps_lead() -> None:
    branch = grown(([], "a"), ([""], "b"), (["x"], "c"), (["x", ""], "d"), (["x", "y"], "e"), (["z", "y"], "f"))
    assert ["a", "b", {"x": ["c", "d", {"y": ["e"]}], "z": [{"y": ["f"]}]}] == shown(branch)


def test_an_empty_step_before_others_is_a_part_without_a_name() -> None:
    assert [{"": [{"y": ["a", "b"]}]}] == shown(grown((["", "y"], "a"), (["", "y"], "b")))


def test_branches_are_joined_with_all_they_have() -> None:
    branch = grown(([], "a"), (["x"], "b"), (["x", "y"], "c"))
    branch.join(grown(([], "d"), (["x"], "e"), (["x", "y"], "f"), (["z"], "g")))
    assert ["a", "d", {"x": ["b", "e", {"y": ["c", "f"]}], "z": ["g"]}] == shown(branch)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([([], "b"), ([], "a")], ["b", "a"]),
        ([([""], "b"), ([], "a")], ["b", "a"]),
        ([(["1"], "b"), (["0"], "a")], ["a", "b"]),
        ([(["10"], "c"), (["9"], "b"), (["007"], "a")], ["a", "b", "c"]),
        ([(["999999"], "b"), (["3"], "a")], ["a", "b"]),
        ([(["0"], "b"), ([], "a")], ["a", "b"]),
        ([(["0"], b"\0"), ([], None)], [None, b"\0"]),
        ([], []),
    ],
)
def test_a_list_is_its_values_then_its_parts_by_index(
    pairs: list[tuple[list[str], object]], expected: list[object]
) -> None:
    assert expected == grown(*pairs).items()


def test_the_items_of_a_list_may_be_branches() -> None:
    items = grown((["0", "x"], "a"), (["1"], "b"), (["1"], "c")).items()
    assert [[{"x": ["a"]}], ["b", "c"]] == [shown(item) for item in items]


@pytest.mark.parametrize(
    "step", ["x", "", "-1", "+1", "1.5", " 1", "1234567", "٣", "x" * 1000], ids=lambda step: step[:9]
)
def test_a_part_that_is_no_index_makes_no_list(step: str) -> None:
    with pytest.raises(Unreadable) as error:
        grown((["0"], "a"), ([step, "y"], "b")).items()
    assert f"is a list: {step[:40]!r} is no index of it" == str(error.value)


def test_alone_a_value_is_itself_and_all_else_a_branch() -> None:
    assert "a" == grown(([], "a")).alone()
    for branch in (grown(([], "a"), ([], "b")), grown((["x"], "a")), grown(([], "a"), (["x"], "b")), grown()):
        assert branch is branch.alone()


def test_as_an_object_it_is_its_parts_a_repeated_name_as_often_as_it_was_sent() -> None:
    pairs = grown((["x"], "a"), (["y"], "b"), (["x"], "c"), (["z", "0"], "d"), (["z"], "e")).pairs()
    assert [("x", "a"), ("x", "c"), ("y", "b"), ("z", ["e", {"0": ["d"]}])] == [
        (name, shown(one)) for name, one in pairs
    ]

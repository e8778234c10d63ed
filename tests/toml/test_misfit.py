"""What pydantic finds, in an operator's words."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field

from gateway.errors import ConfigError
from gateway.settings import Settings
from gateway.toml import Table, checked
from gateway.toml.misfit import described


class Inner(Table):
    """A table in a table."""

    level: Literal["low", "high"] = "low"
    """How much."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.5


class Outer(Table):
    """A table."""

    name: str
    """What it
    is called."""
    inner: Inner = Inner()
    many: dict[str, Inner] = Field(default_factory=dict)
    counts: tuple[int, ...] = ()
    inner_or_none: Inner | None = None


def told(value: object, path: str = "", beside: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        checked(Outer, value, path, beside=beside)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, "name: is required (What it is called)"),
        ({"name": 7}, "name: must be text, in quotes (What it is called)"),
        ({"name": "x", "nam": 1}, "nam: no such setting (did you mean 'name'?)"),
        ({"name": "x", "zzz": 1}, "zzz: no such setting (there are: counts, inner, inner_or_none, many, name)"),
        ({"name": "x", "inner": {"levl": 1}}, "inner.levl: no such setting (did you mean 'level'?)"),
        ({"name": "x", "inner": {"name": 1}}, "inner.name: no such setting (it stands at the top of the file, before"),
        ({"name": "x", "inner": {"level": "hihg"}}, "inner.level: no 'hihg'; there are: low, high (did you mean"),
        ({"name": "x", "inner": {"share": 2}}, "inner.share: must be at most 1 (its default is 0.5)"),
        ({"name": "x", "inner": {"share": 0}}, "inner.share: must be more than nothing (its default is 0.5)"),
        ({"name": "x", "inner": 5}, "inner: must be a table, { key = value }"),
        ({"name": "x", "many": {"a": {"levl": 1}}}, "many.a.levl: no such setting (did you mean 'level'?)"),
        ({"name": "x", "many": {"a": 5}}, "many.a: must be a table, { key = value } (each has a name, and is written"),
        ({"name": "x", "inner_or_none": {"levl": 1}}, "inner_or_none.levl: no such setting (did you mean 'level'?)"),
        ({"name": "x", "counts": 5}, 'counts: must be a list, such as ["one", "two"]'),
        ({"name": "x", "counts": [1, "z"]}, "counts.1: must be a whole number, without quotes"),
    ],
)  # fmt: skip
def test_a_misfit_has_a_place_a_reason_and_what_to_do(value: object, expected: str) -> None:
    (found,) = told(value)
    assert found.startswith(expected)


def test_the_path_of_the_table_or_its_file_stands_before() -> None:
    assert ["a.b.name: is required (What it is called)"] == told({}, "a.b")
    assert ["c.toml: name: is required (What it is called)"] == told({}, "c.toml: ")


def test_names_beside_it_are_known_in_its_own_table_alone() -> None:
    assert (
        "there are: counts, inner, inner_or_none, kind, many, name" in told({"name": "x", "z": 1}, beside=("kind",))[0]
    )
    assert "kind" not in told({"name": "x", "inner": {"z": 1}}, beside=("kind",))[0]


def test_what_is_written_below_a_field_describes_it() -> None:
    assert {"name": "What it is called."} == described(Outer)
    assert "How long a caller may take to send a body." == described(Settings)["body_timeout"]

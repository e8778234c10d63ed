"""What is different between two JSON documents."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gateway.model.difference import Difference, differences


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("/a", "1", "2")]),
        ({"a": 1}, {"a": "1"}, [("/a", "1", '"1"')]),
        ({"a": 1}, {"a": True}, [("/a", "1", "true")]),
        ({"a": Decimal("1.50")}, {"a": Decimal("1.5")}, [("/a", "1.50", "1.5")]),
        ({"a": None}, {}, [("/a", "null", None)]),
        ({}, {"a": None}, [("/a", None, "null")]),
        ({"a": 1, "b": 2}, {"c": 3, "b": 2}, [("/a", "1", None), ("/c", None, "3")]),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, [("/a/b/c", "1", "2")]),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, [("/a/1", "2", "3"), ("/a/2", None, "4")]),
        ({"a": [1, 2]}, {"a": []}, [("/a/0", "1", None), ("/a/1", "2", None)]),
        ({"a": [1]}, {"a": {"b": 1}}, [("/a", "[1]", '{"b":1}')]),
        ({"a/b~c": 1}, {}, [("/a~1b~0c", "1", None)]),
        ({}, {"a": {"who": "Zoë"}}, [("/a", None, '{"who":"Zoë"}')]),
    ],
)
def test_each_place_is_told_with_what_was_there_and_what_is(
    before: Any, after: Any, expected: list[tuple[str, str | None, str | None]]
) -> None:
    assert [Difference(*one) for one in expected] == list(differences(before, after))

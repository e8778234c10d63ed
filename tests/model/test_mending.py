"""JSON that a sender broke is mended where it can be read in one way: by trying every way, the same comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from hypothesis import example, given
from hypothesis import strategies as some

from gateway.model.mending import JsonTemplate, _is_plain

_TEMPLATES = (
    '{"a":"#a#"}',
    '{"a":"#a#","b":"#b#"}',
    '{"a":"#a#","a":"#b#","c":#c#}',
    '{ "a" : "#a##b#" }',
    '{"a":[#a#,#b#],"b":"x #c# y"}',
)
_VALUES = some.text('",:a#b \n\\}{', max_size=6) | some.sampled_from(['","b":"', '"a":"', '" , "a":"', "x y"])


def _ways(template: JsonTemplate, body: str, place: int, start: int) -> Iterator[list[str]]:
    """Every way to read the values from the tag number `place` on, whose value begins at `start`."""
    if place == len(template.patterns):
        yield []
        return
    for at in range(start, len(body) + 1):
        found = template.patterns[place].match(body, at)
        if found is not None:
            yield from ([body[start:at], *rest] for rest in _ways(template, body, place + 1, found.end()))


def _tried(template: JsonTemplate, body: str) -> str | None:
    opening = template.patterns[0].match(body)
    ways = [] if opening is None else list(_ways(template, body, 1, opening.end()))
    return template._filled(ways[0]) if len(ways) == 1 and _is_plain(ways[0]) else None


@given(text=some.sampled_from(_TEMPLATES), values=some.lists(_VALUES, min_size=3, max_size=3), more=_VALUES)
@example(text=_TEMPLATES[1], values=['x","b":"y', "z", ""], more="")
@example(text=_TEMPLATES[3], values=["x", "y", ""], more="")
def test_it_is_mended_as_if_every_way_was_tried(text: str, values: list[str], more: str) -> None:
    template, filled = JsonTemplate.of(text), iter(values)
    body = re.sub("#[abc]#", lambda _tag: next(filled), text) + more
    expected = _tried(template, body)
    assert expected == template.mended(body)
    assert expected is None or json.loads(expected)

"""Generated SOAP messages that may be slightly wrong, at any depth, and texts at the edge of what a field takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from gateway.model.contract import Type
from tests.soap.generated import FIELDS, PERSON, SEGMENT, TEXT, Part, Value, messages, parts_of

_XML = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")

_NUMBERS = st.text(st.sampled_from("0123456789.+-eE "), min_size=1, max_size=14)
_LOOSE_DATES = st.builds("{:04}-{:02}-{:02}".format, st.integers(1000, 9998), st.integers(0, 13), st.integers(0, 32))
_LOOSE_TIMES = st.builds(
    "{}{}{:02}:{:02}:{:02}{}{}".format,
    _LOOSE_DATES,
    st.sampled_from("TTTt "),
    st.integers(0, 25),
    st.sampled_from([0, 1, 59, 60]),
    st.sampled_from([0, 1, 59, 60]),
    st.sampled_from(["", ".5", ".000", ".", ".0000001"]),
    st.sampled_from(["", "Z", "z", "+14:00", "+14:01", "-03:30", "+05:60", "+5:00"]),
)
_MOMENTS = ["", "2026-03-16", "2026-03-16T24:00:00Z", "2026-03-16T24:00:01Z", "2026-03-16T23:59:60Z"]
_DAYS = ["", "2026-3-16", "16.03.2026", "2026-02-29", "2024-02-29", "0000-01-01"]
_SECONDS = ["-1", "-0", "0", "PT5S", "00:02:30", ""]
EDGES: dict[str, list[str]] = {
    "code": ["A", "AB", "A1", "ABCDEFGH", "ABCDEFGHI", "AB\n", "Ab"],
    "colour": ["Red", " red", "blue ", "yellow"],
    "segment": ["0", "1", "500", "501", "+1", "-0", "007", "5.0", ""],
    "count": ["-0", "+5", "1e3", "5.0", "", "1 2"],
    "total": ["1099511627776", "1099511627777", "-1099511627776", "-1099511627777"],
    "price": [
        "1.23",
        "1.234",
        "0.001",
        "1.230",
        "123456.7",
        "1234567.1",
        "12345678",
        "123456789",
        "0000000001.50",
        "NaN",
    ],
    "ratio": ["INF", "-INF", "NaN", ".", "+.5", "5.", "-.0", "1e3", "", "1,5"],
    "answered": ["TRUE", "yes", "2", "", " true", "1\n", "00"],
    "day": _DAYS,
    "started_at": _MOMENTS,
    "voice": ["AP8=", "AP8", "A", "AA", "AP9=", "AB==", "AP8==", "====", "=", " A P\n8 = ", "QUJD", "QUJDRA", "Q=JD"],
    "tags": ["", " ", "12345678", "123456789", "😀😀😀😀😀😀😀😀"],
    "hops": ["", " ", "0", "1", "9", "10", " 5 ", "5.0", "x"],
    "duration": _SECONDS,
    "name": ["Zoë", "12345678901234567890", "123456789012345678901"],
    "born": _DAYS,
    "phones": ["", "1234567890123456", "12345678901234567"],
    "began_at": _MOMENTS,
    "skills": ["12345678", "123456789"],
    "talked": _SECONDS,
}
"""Texts at the edge of what a field takes, which may be one of a person or of a segment."""
_NEAR: dict[str, st.SearchStrategy[str]] = {
    "call_id": st.text(max_size=2) | st.integers(60, 70).map(lambda count: "😀" * count),
    "note": TEXT,
    "code": st.text(st.sampled_from("AZ09a \n"), min_size=1, max_size=10),
    "segment": _NUMBERS,
    "count": _NUMBERS,
    "total": _NUMBERS,
    "price": _NUMBERS,
    "ratio": _NUMBERS,
    "day": _LOOSE_DATES,
    "started_at": _LOOSE_TIMES,
    "voice": st.text(st.sampled_from("AQgw8=\n "), min_size=1, max_size=9).filter(str.strip),
    "tags": st.integers(0, 12).map("1".__mul__),
    "hops": _NUMBERS,
    "duration": _NUMBERS,
    "name": st.integers(1, 25).map("é".__mul__),
    "born": _LOOSE_DATES,
    "phones": TEXT,
    "began_at": _LOOSE_TIMES,
    "skills": st.integers(1, 12).map("1".__mul__),
    "talked": _NUMBERS,
}
"""Texts that may well be wrong.

Left out, since the schema says more than we can hold or libxml2 says less than the schema: an empty text where a
facet forbids it (for us it is absent, and so are no bytes in base64), years beyond 9999, blanks around a
date, and characters in base64 that are none of its alphabet, which libxml2 ignores.
"""

_CHANGES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "rename": st.sampled_from(["new", "Call_id", "callId", "phones", "remark", "full_name"]).map(
        lambda name: {"name": name}
    ),
    "namespace": st.sampled_from([{"attributes": ' xmlns=""'}, {"attributes": ' xmlns="urn:x"'}]),
    "attribute": st.just({"attributes": ' unit="s"'}),
    "nest": st.just({"children": (Part("b"),)}),
    "hollow": st.just({"children": (), "text": "stray"}),
    "nil": st.builds(
        lambda text_and_nil, more: {"attributes": f' xsi:nil="{text_and_nil[1]}"', "text": text_and_nil[0]} | more,
        st.sampled_from([("", "true"), ("", "1"), ("5", "true"), ("5", "false")]),
        st.sampled_from([{"children": ()}, {}]),
    ),
}
_AMONG = ["none", "drop", "twice", "swap", "text", "strange"]
_OBJECTS = frozenset(one.name for fields in (FIELDS, SEGMENT) for one in fields if one.type is Type.OBJECT)

Path = tuple[int, ...]


def a_message_with(name: str, text: str) -> tuple[Part, ...]:
    """A valid message but for `text`, which may stand in the second of two segments, or in a person."""
    values: dict[str, Value] = {"call_id": "4711", "duration": "12"}
    inside: dict[str, Value] = {name: text}
    if name in {one.name for one in PERSON}:
        values["customer"] = {"name": "Zoë"} | inside
    elif name in {one.name for one in SEGMENT}:
        valid: dict[str, Value] = {"agent_id": "7", "skills": "a"}
        values["segments"] = [valid, valid | inside]
    else:
        values |= inside
    return parts_of(values)


@st.composite
def slightly_broken(draw: st.DrawFn) -> tuple[Part, ...]:
    """A valid message with one or two values that may be wrong, or with up to one mistake in its structure."""
    parts = parts_of(draw(messages))
    if draw(st.booleans()):
        leaves = [(path, name) for path, name in _all(parts) if name in _NEAR]
        for path, name in draw(st.lists(st.sampled_from(leaves), min_size=1, max_size=2)):
            text = draw(_NEAR[name].filter(_is_xml))
            parts = _changed(parts, path, lambda part, text=text: replace(part, text=text))
        return parts
    within = draw(st.sampled_from([(), *(path for path, name in _all(parts) if name in _OBJECTS)]))
    if not within:
        return draw(_mistaken(parts))
    return _changed(parts, within, lambda part: replace(part, children=draw(_mistaken(part.children))))


@st.composite
def _mistaken(draw: st.DrawFn, siblings: tuple[Part, ...]) -> tuple[Part, ...]:
    """`siblings` with up to one mistake among them, or in one."""
    parts = list(siblings)
    place = draw(st.integers(0, len(parts) - 1))
    match draw(st.sampled_from([*_AMONG, *_CHANGES])):
        case "none":
            pass
        case "drop":
            del parts[place]
        case "twice":
            parts.insert(place, parts[place])
        case "swap":
            parts.insert(0, parts.pop(place))
        case "text":
            parts.insert(place, Part("", draw(st.sampled_from([" \r\n\t", "stray", "0"]))))
        case "strange":
            parts.insert(place, Part("strange", children=draw(st.sampled_from([(), (Part("name", "x"),)]))))
        case change:
            parts[place] = replace(parts[place], **draw(_CHANGES[change]))
    return tuple(parts)


def _all(parts: tuple[Part, ...], above: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every element, by the way that leads to it."""
    for place, part in enumerate(parts):
        yield (*above, place), part.name
        yield from _all(part.children, (*above, place))


def _changed(parts: tuple[Part, ...], path: Path, change: Any) -> tuple[Part, ...]:
    """`parts`, of which the one that `path` leads to is changed."""
    here, *rest = path
    one = parts[here]
    new = replace(one, children=_changed(one.children, tuple(rest), change)) if rest else change(one)
    return (*parts[:here], new, *parts[here + 1 :])


def _is_xml(text: str) -> bool:
    """Whether XML 1.0 has a place for every character."""
    return _XML.fullmatch(text) is not None

"""Contracts with fields of every type and facet, and values for them that JSON and XML can both say."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from lxml import etree

from gateway.model.canonical import Number
from gateway.model.contract import Contract, Field, Type
from gateway.model.field_reading import Form, Reading, value_readers
from gateway.model.lexical import Unreadable
from tests.builders import NAMESPACE, a_contract, an_event_type
from tests.model.generated_messages import declarations

Value = Any
"""A str, Decimal, bool, None, list or dict of these."""

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_NUMERIC = (Type.INTEGER, Type.DECIMAL, Type.DURATION)
_PATTERNS = [
    "[A-Z]+[0-9]*",
    ".*",
    ".{2,3}",
    "a|bc?",
    "[^x]{0,3}",
    r"\-?\d{1,3}",
    r"(\$|\/)+",
    r"[\d_]+",
    r"\D*",
    r"[.]",
]
_WORDS = [
    "",
    "A",
    "A1",
    "ab",
    "bc",
    "-7",
    "_12",
    "$/",
    ".",
    "x",
    "xx",
    "a\n",
    "a\r",
    "a\u2028b",
    "é😀",
    " a ",
    "٣",
    "AAA",
]
_BOUNDS = [-(2**63) - 1, -(2**31), -10, -1, 0, 1, 9, 10, 99, 500, 2**31 - 1, 2**31, 2**63 - 1, 2**63]
_DATES = ["2026-03-16", "2024-02-29", "2026-02-29", "1900-02-29", "2000-02-29", "2026-04-31", "2026-13-01", "2026-3-16"]
_TIMES = [
    "00:00:00", "23:59:59", "24:00:00", "24:00:00.00", "24:00:01", "23:59:60", "14:15", "14:15:02.5", "14:15:02.",
    "14:15:02.1234567890",
]  # fmt: skip
_OFFSETS = ["", "Z", "z", "+00:00", "-03:30", "+14:00", "+14:01", "-14:00", "+13:60", "+5:00"]
_BASE64 = ["", "AA==", "AB==", "AAE=", "AAF=", "QUJD", "QUJDRA==", "QUJDRA", "A", "===="]


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    return a_contract(an_event_type(*draw(_fields(2, "t"))))


@st.composite
def _fields(draw: st.DrawFn, nested: int, prefix: str) -> tuple[Field, ...]:
    """One to four fields; a type of their own is named after the way to it, so that no two are one."""
    made = []
    for place in range(draw(st.integers(1, 4))):
        name = f"{prefix}{place}"
        if nested and draw(st.integers(0, 3)) == 0:
            facets: dict[str, Any] = {"type": Type.OBJECT, "of": name, "fields": draw(_fields(nested - 1, f"{name}_"))}
        else:
            facets = draw(_facets())
        made.append(Field(name, required=draw(st.booleans()), list=draw(st.integers(0, 2)) == 0, **facets))
    return tuple(made)


@st.composite
def _facets(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from([one for one in Type if one is not Type.OBJECT] + [Type.STRING, Type.DECIMAL]))
    facets: dict[str, Any] = {}
    if kind is Type.STRING:
        facets["values"] = tuple(draw(st.lists(st.sampled_from(["A", "ab", " a ", "AAA"]), max_size=2, unique=True)))
        facets["pattern"] = draw(st.none() | st.sampled_from(_PATTERNS))
        low, high = sorted(draw(st.tuples(st.integers(0, 3), st.integers(0, 3))))
        lengths = {"min_length": low, "max_length": high}
        facets |= {name: lengths[name] for name in draw(st.sets(st.sampled_from(sorted(lengths))))}
    if kind in _NUMERIC:
        low, high = sorted(draw(st.tuples(st.sampled_from(_BOUNDS), st.sampled_from(_BOUNDS))))
        scale = draw(st.sampled_from([1, 1, 8])) if kind is not Type.INTEGER else 1
        both = {"minimum": Decimal(low) / scale, "maximum": Decimal(high) / scale}
        facets |= {name: both[name] for name in draw(st.sets(st.sampled_from(sorted(both))))}
        digits, fraction = draw(st.none() | st.integers(1, 5)), draw(st.none() | st.integers(0, 3))
        if kind is not Type.INTEGER and fraction is not None:
            facets["fraction_digits"] = min(fraction, 3 if digits is None else digits)
        facets["digits"] = digits
    return {"type": kind, **facets}


@st.composite
def values_of(draw: st.DrawFn, fields: tuple[Field, ...]) -> dict[str, Value]:
    """A message of `fields` that may well be wrong."""
    made: dict[str, Value] = {}
    for field in fields:
        choice = draw(st.integers(0, 39 if field.required else 7))
        if choice == 0:
            continue
        if choice == 1:
            made[field.name] = None
        elif field.list:
            made[field.name] = draw(st.lists(_single(field), min_size=1 if field.required else 0, max_size=3))
        else:
            made[field.name] = draw(_single(field))
    if draw(st.integers(0, 19)) == 0:
        made["strange"] = "x"
    return made


@st.composite
def declared(draw: st.DrawFn) -> tuple[Field, ...]:
    """The fields that messages are generated for elsewhere, without aliases, each type of a name of its own."""
    return _distinct(draw(declarations(aliases=False)), "type")


def _distinct(fields: tuple[Field, ...], prefix: str) -> tuple[Field, ...]:
    made = []
    for place, one in enumerate(fields):
        name = f"{prefix}{place}" if one.type is Type.OBJECT else ""
        made.append(replace(one, of=name, fields=_distinct(one.fields, f"{name}_")))
    return tuple(made)


def _single(field: Field) -> st.SearchStrategy[Value]:
    if field.type is Type.OBJECT:
        wrong = st.sampled_from(["x", None])
        return st.integers(0, 15).flatmap(lambda slip: values_of(field.fields) if slip else wrong)
    some = _SCALARS[field.type]
    likely = st.lists(some, min_size=6, max_size=6).map(lambda drawn: _best(field, drawn))
    return st.integers(0, 29).flatmap(lambda slip: likely if slip > 3 else some if slip else st.none())


def _best(field: Field, drawn: list[Value]) -> Value:
    """One that may well be taken, if there is one: else hardly any message would be."""
    return next((one for one in drawn if _is_good(field, one)), drawn[0])


def _is_good(field: Field, value: Value) -> bool:
    try:
        sent = Number(format(plain(value), "f")) if isinstance(value, Decimal) else value
        return value_readers(field, Reading.STRICT, UTC)[Form.JSON](sent) is not None
    except Unreadable:
        return False


_CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
_TEXTS = st.sampled_from(_WORDS) | st.text(_CHARACTERS, max_size=4)
_WHOLE = st.sampled_from(_BOUNDS).flatmap(lambda near: st.integers(near - 1, near + 1)) | st.integers(-(10**12), 10**12)
_DECIMALS = st.builds(lambda number, places: Decimal(number).scaleb(-places), _WHOLE, st.integers(0, 4))
_NOT_NUMBERS = st.sampled_from(["x", "1e", "NaN", "--1", "1,5"])
_MOMENTS = st.builds("{}T{}{}".format, st.sampled_from(_DATES), st.sampled_from(_TIMES), st.sampled_from(_OFFSETS))
_SCALARS: dict[Type, st.SearchStrategy[Value]] = {
    Type.STRING: _TEXTS,
    Type.INTEGER: _WHOLE.map(Decimal) | _DECIMALS | _NOT_NUMBERS,
    Type.DECIMAL: _DECIMALS | _DECIMALS | _NOT_NUMBERS,
    Type.DURATION: _DECIMALS | _DECIMALS | _NOT_NUMBERS,
    Type.BOOLEAN: st.booleans() | st.sampled_from(["maybe", "TRUE", "yes"]),
    Type.DATE: st.sampled_from(_DATES) | st.dates().map(str) | st.just("x"),
    Type.DATE_TIME: _MOMENTS,
    Type.BASE64: st.sampled_from(_BASE64) | st.binary(max_size=9).map(lambda content: b64encode(content).decode()),
}


def as_element(name: str, values: dict[str, Value], fields: tuple[Field, ...]) -> etree._Element:
    """`values` as the XML element that says the same: a list repeats its element, null is xsi:nil or nothing."""
    element = etree.Element(f"{{{NAMESPACE}}}{name}")
    known = {field.name: field for field in fields}
    for field in (*fields, *(Field(name, Type.STRING) for name in values.keys() - known.keys())):
        value = values.get(field.name)
        if field.name not in values or (field.list and value is None):
            continue
        for one in value or [] if field.list else [value]:
            element.append(_element(field, one))
    return element


def _element(field: Field, value: Value) -> etree._Element:
    if isinstance(value, dict):
        return as_element(field.name, value, field.fields)
    element = etree.Element(f"{{{NAMESPACE}}}{field.name}")
    if value is None:
        element.set(_NIL, "true")
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        element.text = format(plain(value), "f") if isinstance(value, Decimal) else value
    return element


def plain(value: Value) -> Value:
    """As it is written: a whole number without a point, which xs:integer may not have."""
    match value:
        case Decimal():
            return Decimal(int(value)) if value == int(value) else value.normalize()
        case dict():
            return {name: plain(one) for name, one in value.items()}
        case list():
            return [plain(one) for one in value]
        case _:
            return value


def has_empty_text(value: Value) -> bool:
    match value:
        case dict():
            return any(map(has_empty_text, value.values()))
        case list():
            return any(map(has_empty_text, value))
        case _:
            return bool(value == "")

"""How one field's value is read: a function for each form it may come in, compiled once from its declaration."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import tzinfo
from enum import StrEnum

from gateway.model import lexical, times
from gateway.model.bracketed import Branch
from gateway.model.canonical import Number
from gateway.model.contract import Field, Type
from gateway.model.lexical import Read, Several, Unreadable
from gateway.model.violations import Check, checks_of


class Reading(StrEnum):
    """How strictly text is taken; gateway/docs/howto/reading.md has the table."""

    STRICT = "strict"
    LENIENT = "lenient"


class Form(StrEnum):
    """What the values of a message are, before they are read."""

    TEXT = "text"
    """Text throughout, and uploaded files as bytes: a form, a query. Names say what is nested in what."""
    XML = "xml"
    """Text of XML elements, None where xsi:nil says so, `Pairs` where an element holds elements."""
    JSON = "json"
    """JSON's own values, numbers as `Number`."""


class Pairs(list[tuple[str, object]]):
    """An object as it was sent: (name, value), of which a name may be repeated."""


ReadValue = Callable[[object], object]
"""What was sent in; the value out, None where it is absent. Raises Unreadable."""


def value_readers(field: Field, reading: Reading, zone: tzinfo) -> Mapping[Form, ReadValue]:
    """The readers of one value of `field`, which is no object, by form; date-times without an offset are in `zone`."""
    lenient = reading is Reading.LENIENT
    checks = checks_of(field)
    texts = {form: _checked(read, checks) for form, read in _text_readers(field, reading, zone).items()}
    number = _number_reader(field, reading, zone)
    json_number = None if number is None else _checked(number, checks)
    readers: dict[Form, ReadValue] = {}
    for form in Form:
        from_text: Read | None = texts[form]
        if form is Form.JSON and not lenient and field.type in _WRITTEN_AS_SUCH:
            from_text = None
        # base64 of nothing is nothing, as in a string.
        blank_is_absent = lenient or field.type is Type.BASE64
        readers[form] = _value_reader(field, from_text, json_number, blank_is_absent=blank_is_absent)
    return readers


def list_reader(read: ReadValue, reading: Reading) -> ReadValue:
    """The reader of any number of values that `read` reads; one that is absent is left out, null is refused."""
    lenient = reading is Reading.LENIENT

    def read_list(raw: object) -> object:
        if raw is None or (lenient and type(raw) is str and not raw.strip(lexical.XML_BLANKS)):
            return None
        if isinstance(raw, Branch):
            raw = raw.items()
        elif type(raw) is not list:
            raise Unreadable(f"must be a list, not {kind_of(raw)}")
        values, violations = [], []
        for place, item in enumerate(raw):
            try:
                value = _refuse_null() if item is None else read(item)
            except Unreadable as problem:
                violations += problem.at(f"/{place}")
                continue
            if value is not None:
                values.append(value)
        if violations:
            raise Several(violations)
        return values or None

    return read_list


def _refuse_null() -> object:
    raise Unreadable("must not be null inside a list")


_WRITTEN_AS_SUCH = frozenset({Type.INTEGER, Type.DECIMAL, Type.DURATION, Type.BOOLEAN})
"""The types that JSON has literals for: strict takes no text for them."""

_NOUNS = {
    Type.STRING: "text",
    Type.INTEGER: "an integer",
    Type.DECIMAL: "a number",
    Type.BOOLEAN: "true or false",
    Type.DATE: "a date",
    Type.DATE_TIME: "a date and time",
    Type.DURATION: "a number of seconds",
    Type.BASE64: "base64",
}


def _value_reader(
    field: Field, from_text: Read | None, from_number: Read | None, *, blank_is_absent: bool
) -> ReadValue:
    is_enum = bool(field.values)
    noun = _NOUNS[field.type]
    other = _other_reader(field, from_number)

    def string(raw: object) -> object:
        if type(raw) is not str:
            return other(raw)
        if not raw or (is_enum and blank_is_absent and not raw.strip(lexical.XML_BLANKS)):
            return None
        assert from_text is not None
        return from_text(raw)

    def literal(raw: object) -> object:
        if type(raw) is not str:
            return other(raw)
        text = raw.strip(lexical.XML_BLANKS)
        if not text and blank_is_absent:
            return None
        if from_text is None:
            raise Unreadable(f"must be {noun}, not text")
        return from_text(text)

    return string if field.type is Type.STRING else literal


def _other_reader(field: Field, from_number: Read | None) -> ReadValue:
    """What reads all that is no text."""
    is_boolean, is_base64 = field.type is Type.BOOLEAN, field.type is Type.BASE64
    noun = _NOUNS[field.type]

    def other(raw: object) -> object:
        if raw is None or (is_boolean and type(raw) is bool):
            return raw
        if type(raw) is Number and from_number is not None:
            return from_number(str.__str__(raw))
        if type(raw) is bytes and is_base64:
            return base64.b64encode(raw).decode() or None
        if type(raw) is Branch and raw.values:
            raise Unreadable("is sent twice")
        raise Unreadable(f"must be {noun}, not {kind_of(raw)}")

    return other


def _checked(read: Read, checks: tuple[Check, ...]) -> Read:
    if not checks:
        return read

    def read_and_check(text: str) -> object:
        value = read(text)
        for check in checks:
            complaint = check(value)
            if complaint:
                raise Unreadable(complaint)
        return value

    return read_and_check


_TEXTS: dict[Reading, dict[Type, Read]] = {
    Reading.STRICT: {
        Type.STRING: lexical.string,
        Type.INTEGER: lexical.integer,
        Type.DECIMAL: lexical.decimal_without_exponent,
        Type.DURATION: lexical.decimal_without_exponent,
        Type.BOOLEAN: lexical.strict_boolean,
        Type.DATE: times.calendar_date,
        Type.BASE64: lexical.base64_text,
    },
    Reading.LENIENT: {
        Type.STRING: lexical.string,
        Type.INTEGER: lexical.whole_number,
        Type.DECIMAL: lexical.plain_decimal,
        Type.DURATION: times.lenient_duration,
        Type.BOOLEAN: lexical.lenient_boolean,
        Type.DATE: times.calendar_date,
        Type.BASE64: lexical.base64_text,
    },
}


def _text_readers(field: Field, reading: Reading, zone: tzinfo) -> Mapping[Form, Read]:
    lenient = reading is Reading.LENIENT
    if field.type is Type.DATE_TIME:
        return dict.fromkeys(Form, times.date_time_in(zone, lenient=lenient))
    if field.values and lenient:
        return dict.fromkeys(Form, _declared_spelling(field.values))
    readers = dict.fromkeys(Form, _TEXTS[reading][field.type])
    if field.type is Type.BOOLEAN and not lenient:
        readers[Form.XML] = lexical.xml_boolean
    if field.type is Type.DATE:
        readers[Form.XML] = times.xml_date
    return readers


def _number_reader(field: Field, reading: Reading, zone: tzinfo) -> Read | None:
    """What reads a JSON number, None where none is taken."""
    lenient = reading is Reading.LENIENT
    match field.type:
        case Type.INTEGER:
            return lexical.whole_number
        case Type.DECIMAL | Type.DURATION:
            return lexical.plain_decimal
        case Type.STRING | Type.BOOLEAN | Type.DATE_TIME if lenient:
            return _text_readers(field, reading, zone)[Form.JSON]
        case _:
            return None


def _declared_spelling(values: tuple[str, ...]) -> Read:
    spelling = {value.strip().lower(): value for value in values}
    return lambda text: spelling.get(text.strip(lexical.XML_BLANKS).lower(), lexical.string(text))


def kind_of(raw: object) -> str:
    """What was sent, in a word."""
    match raw:
        case Number():
            return "a number"
        case bool():
            return "true or false"
        case bytes():
            return "a file"
        case Pairs():
            return "elements"
        case Branch() if raw.values:
            return kind_of(raw.values[0])
        case Branch() | dict():
            return "an object"
        case list():
            return "a list"
        case _:
            return "text"

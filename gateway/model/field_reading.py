"""How one field's value is read: a function for each form it may come in, compiled once from its declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from enum import StrEnum

from gateway.model import lexical
from gateway.model.canonical import Number
from gateway.model.contract import Field, Type
from gateway.model.lexical import Read, Unreadable
from gateway.model.violations import Check, checks_of


class Reading(StrEnum):
    """How strictly text is taken; gateway/docs/howto/reading.md has the table."""

    STRICT = "strict"
    LENIENT = "lenient"


class Form(StrEnum):
    """What the values of a message are, before they are read."""

    TEXT = "text"
    """Text throughout: a form, a query."""
    XML = "xml"
    """Text of XML elements; None where xsi:nil says so."""
    JSON = "json"
    """JSON's own values, numbers as `Number`."""


ReadValue = Callable[[object], object]
"""What was sent in; the value out, None where it is absent. Raises Unreadable."""


def value_readers(field: Field, reading: Reading, zone: tzinfo) -> Mapping[Form, ReadValue]:
    """The readers of `field`, by form; date-times without an offset are in `zone`."""
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
        readers[form] = _value_reader(field, from_text, json_number, blank_is_absent=lenient)
    return readers


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
        if not raw or (is_enum and blank_is_absent and not raw.strip()):
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
    is_boolean = field.type is Type.BOOLEAN
    noun = _NOUNS[field.type]

    def other(raw: object) -> object:
        if raw is None or (is_boolean and type(raw) is bool):
            return raw
        if type(raw) is Number and from_number is not None:
            return from_number(str.__str__(raw))
        raise Unreadable(f"must be {noun}, not {_json_kind(raw)}")

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


def _text_readers(field: Field, reading: Reading, zone: tzinfo) -> Mapping[Form, Read]:
    lenient = reading is Reading.LENIENT
    match field.type:
        case Type.STRING:
            return dict.fromkeys(Form, _declared_spelling(field.values) if field.values and lenient else lexical.string)
        case Type.INTEGER:
            return dict.fromkeys(Form, lexical.whole_number if lenient else lexical.integer)
        case Type.DECIMAL:
            return dict.fromkeys(Form, lexical.plain_decimal if lenient else lexical.decimal_without_exponent)
        case Type.DURATION:
            return dict.fromkeys(Form, lexical.lenient_duration if lenient else lexical.decimal_without_exponent)
        case Type.BOOLEAN if lenient:
            return dict.fromkeys(Form, lexical.lenient_boolean)
        case Type.BOOLEAN:
            return dict.fromkeys(Form, lexical.strict_boolean) | {Form.XML: lexical.xml_boolean}
        case Type.DATE:
            return dict.fromkeys(Form, lexical.calendar_date)
        case Type.DATE_TIME:
            return dict.fromkeys(Form, lexical.date_time_in(zone, lenient=lenient))


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
    return lambda text: spelling.get(text.strip().lower(), lexical.string(text))


def _json_kind(raw: object) -> str:
    match raw:
        case Number():
            return "a number"
        case bool():
            return "true or false"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "text"

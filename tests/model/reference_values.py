"""The Reading table once more, slow and obvious: one value of one field. For tests/model/reference.py."""

from __future__ import annotations

import base64
import re
from datetime import tzinfo
from decimal import Decimal

from gateway.model.canonical import Number
from gateway.model.contract import Field, Type
from gateway.model.field_reading import Form, Reading
from tests.model.reference_times import Refused, read_date, read_date_time, read_seconds

BLANKS = " \t\r\n"


def is_absent(field: Field, value: object, reading: Reading, form: Form) -> bool:
    """The row "absent", for one value of one field that was sent."""
    if value is None:  # `null` or `xsi:nil`
        return True
    if value == b"":  # base64 "of no bytes at all"
        return field.type is Type.BASE64
    if not isinstance(value, str) or isinstance(value, Number):
        return False
    if field.type is Type.OBJECT and form is Form.XML and not any(inside.required for inside in field.fields):
        return False  # an element that holds no others is an object of none, where that is a valid one
    if value == "" and field.type is Type.STRING:  # an empty string in a string field
        return True
    if value.strip(BLANKS) == "" and field.type is Type.BASE64:  # no bytes at all; blanks never matter
        return True
    if field.type is Type.STRING and not field.values:  # around strings blanks are kept
        return False
    return reading is Reading.LENIENT and value.strip(BLANKS) == ""  # empty or blank text in any other field


def read_value(field: Field, value: object, reading: Reading, form: Form, zone: tzinfo) -> object:
    """What the event has for a value that is not absent, or Refused."""
    strict = reading is Reading.STRICT
    if isinstance(value, bytes):  # an uploaded file: taken by a base64 field only
        return _only(field, Type.BASE64, base64.b64encode(value).decode())
    if isinstance(value, bool):
        return _only(field, Type.BOOLEAN, value)
    if isinstance(value, Number):
        return _json_number(field, value, zone, strict=strict)
    if isinstance(value, str):
        return _text(field, value, form, zone, strict=strict)
    raise Refused("a list or an object for a scalar")


def _only(field: Field, kind: Type, value: object) -> object:
    if field.type is not kind:
        raise Refused(f"no {field.type}")
    return value


def _text(field: Field, text: str, form: Form, zone: tzinfo, *, strict: bool) -> object:
    if field.type is Type.STRING:
        return _string(field, text, strict=strict)
    if field.type is Type.BASE64:
        return _base64(text)
    text = text.strip(BLANKS)  # blanks around numbers, booleans and times never matter
    if field.type is Type.DATE:
        return read_date(text, form)
    if field.type is Type.DATE_TIME:
        return read_date_time(text, zone, strict=strict)
    if form is Form.JSON and strict:  # text in a number or boolean: refused in JSON
        raise Refused("text")
    if field.type is Type.BOOLEAN:
        return _boolean(text, form, strict=strict)
    return _number(field, text, strict=strict)


def _json_number(field: Field, value: Number, zone: tzinfo, *, strict: bool) -> object:
    if field.type in (Type.INTEGER, Type.DECIMAL, Type.DURATION):
        return _within(field, str(value))
    if strict:
        raise Refused("a number")
    if field.type is Type.STRING:  # its source text
        return _string(field, str(value), strict=strict)
    if field.type is Type.BOOLEAN:
        return _boolean(str(value), Form.JSON, strict=strict)
    if field.type is Type.DATE_TIME:  # epoch seconds, epoch milliseconds
        return read_date_time(str(value), zone, strict=strict)
    raise Refused("a number")


def _string(field: Field, text: str, *, strict: bool) -> str:
    if field.values:
        return _enum(field.values, text, strict=strict)
    if "\0" in text:  # NUL refused
        raise Refused("NUL")
    if field.min_length is not None and len(text) < field.min_length:
        raise Refused("too short")
    if field.max_length is not None and len(text) > field.max_length:
        raise Refused("too long")
    if field.pattern is not None and not re.fullmatch(field.pattern, text, re.ASCII):
        raise Refused("not the pattern")
    return text


def _enum(values: tuple[str, ...], text: str, *, strict: bool) -> str:
    for declared in values:
        if text == declared:
            return declared
    for declared in values:  # any case, blanks around; the event has the declared spelling
        if not strict and text.strip(BLANKS).lower() == declared.lower():
            return declared
    raise Refused("none of the values")


def _base64(text: str) -> str:
    for blank in BLANKS:  # nor inside base64
        text = text.replace(blank, "")
    try:
        binary = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused("no base64") from error
    if base64.b64encode(binary).decode() != text:
        raise Refused("not canonical")
    return text


def _boolean(text: str, form: Form, *, strict: bool) -> bool:
    true, false = ["true"], ["false"]
    if form is Form.XML or not strict:  # XML also `1 0`
        true, false = [*true, "1"], [*false, "0"]
    if not strict:
        true, false, text = [*true, "yes", "on"], [*false, "no", "off"], text.lower()  # any case
    if text in true:
        return True
    if text in false:
        return False
    raise Refused("no boolean")


def _number(field: Field, text: str, *, strict: bool) -> Number:
    if strict and field.type is Type.INTEGER and not re.fullmatch("[+-]?[0-9]+", text):  # digits
        raise Refused("no integer")
    if strict and not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", text):  # xs:decimal
        raise Refused("no decimal")
    if not strict and field.type is Type.DURATION and (":" in text or "P" in text.upper()):
        return _within(field, read_seconds(text))
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        raise Refused("no number")
    return _within(field, text)


def _within(field: Field, text: str) -> Number:
    """A number in plain notation, no trailing zeros, every digit, within what is declared."""
    shown, _, power = text.lower().partition("e")
    whole, _, fraction = shown.lstrip("+-").partition(".")
    digits, exponent = (whole + fraction).lstrip("0"), int(power or "0") - len(fraction)
    if digits == "":  # `-0` is `0`
        return _bounded(field, "0")
    while digits.endswith("0"):
        digits, exponent = digits[:-1], exponent + 1
    fraction_digits = max(-exponent, 0)
    total_digits = max(len(digits) + exponent, 0) + fraction_digits
    if field.type is Type.INTEGER and fraction_digits:
        raise Refused("not whole")
    if total_digits > 100 or (field.digits is not None and total_digits > field.digits):  # at most 100 digits
        raise Refused("too many digits")
    if field.fraction_digits is not None and fraction_digits > field.fraction_digits:
        raise Refused("too many fraction digits")
    plain = digits + "0" * exponent
    if fraction_digits:
        padded = digits.rjust(fraction_digits + 1, "0")
        plain = padded[:-fraction_digits] + "." + padded[-fraction_digits:]
    return _bounded(field, "-" + plain if shown.startswith("-") else plain)


def _bounded(field: Field, plain: str) -> Number:
    if field.minimum is not None and Decimal(plain) < field.minimum:
        raise Refused("too small")
    if field.maximum is not None and Decimal(plain) > field.maximum:
        raise Refused("too large")
    return Number(plain)

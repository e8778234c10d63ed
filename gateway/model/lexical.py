"""How the text of one value is read: it becomes data, or a sentence that says why not. Times have their own file.

Every function takes what was sent and returns the value, or raises `Unreadable`. The table they implement
is the contract with our users: gateway/docs/howto/reading.md.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from gateway.errors import Violation

MAX_DIGITS = 100
"""The longest number we take, in decimal digits, its exponent expanded."""
MAX_TEXT = 10**9
"""More characters than any body holds: an exponent beyond it is none we could expand."""

XML_BLANKS = " \t\r\n"
_NO_BLANKS = dict.fromkeys(map(ord, XML_BLANKS))

_NUMBER = re.compile(r"([+-]?)(?:(\d++)(?:\.(\d*+))?|\.(\d++))(?:[eE]([+-]?)(?=\d)0*+(\d*+))?", re.ASCII)
"""Possessive throughout: nothing of a text is looked at twice."""
_SHORT = re.compile(r"-?\d{1,15}(?:\.\d{0,9}[1-9])?", re.ASCII)
"""Most numbers are in their one form already, but for zeros in front."""
_INTEGER = re.compile(r"[+-]?\d++", re.ASCII)
_LONGEST_QUOTE = 60

_STRICT_BOOLEANS = {"true": True, "false": False}
_XML_BOOLEANS = _STRICT_BOOLEANS | {"1": True, "0": False}
_LENIENT_BOOLEANS = _XML_BOOLEANS | {"yes": True, "no": False, "on": True, "off": False}

Read = Callable[[str], object]
"""Text in, value out; raises Unreadable."""


class Unreadable(ValueError):
    """What was sent is not a value of the field's type; the message completes "<path>: …"."""

    def at(self, path: str) -> list[Violation]:
        """The violations of the field at `path`."""
        return [Violation(path, str(self))]


class Several(Unreadable):
    """What was sent is an object or a list, with violations inside it, their paths relative to it."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        super().__init__("is wrong inside")
        self.violations = tuple(violations)

    def at(self, path: str) -> list[Violation]:
        """The violations, under `path`."""
        return [Violation(path + one.path, one.message) for one in self.violations]


class TooManyDigits(Unreadable):
    """A number that we could read, and won't keep."""

    def __init__(self) -> None:
        super().__init__(f"must have at most {MAX_DIGITS} digits")


def quoted(text: str) -> str:
    """`text` for a message: quoted, and cut where it is long."""
    return f'"{text}"' if len(text) <= _LONGEST_QUOTE else f'"{text[:_LONGEST_QUOTE]}…"'


def string(text: str) -> str:
    """As sent; NUL is refused, since no database and no XML document takes it."""
    if "\0" in text:
        raise Unreadable("must not contain NUL (U+0000)")
    return text


def plain_decimal(text: str, noun: str = "a number") -> Decimal:
    """A number in plain or exponent notation, as a Decimal without exponent or trailing zeros.

    Bounded before anything is expanded: `1e999999999` must not become a gigabyte of zeros.
    """
    if _SHORT.fullmatch(text):
        return Decimal(text) or Decimal(0)  # no minus before a zero
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise Unreadable(f"must be {noun}, not {quoted(text)}")
    sign, whole, fraction, bare, exponent_sign, exponent = match.groups()
    digits = (whole or "") + (fraction or bare or "")
    stripped = digits.lstrip("0")
    if not stripped:
        return Decimal(0)
    if exponent and len(exponent) > len(str(MAX_TEXT)):
        raise TooManyDigits
    point = len(whole or "") + int((exponent_sign or "") + (exponent or "0"))
    point -= len(digits) - len(stripped)
    stripped = stripped.rstrip("0")
    if max(point, len(stripped)) > MAX_DIGITS or len(stripped) - min(point, 0) > MAX_DIGITS:
        raise TooManyDigits
    return Decimal(
        (1 if sign == "-" else 0, tuple(map(int, stripped.ljust(point, "0"))), min(point - len(stripped), 0))
    )


def decimal_without_exponent(text: str) -> Decimal:
    """The lexical form of xs:decimal (XML Schema Part 2 §3.2.3)."""
    if "e" in text or "E" in text:
        raise Unreadable(f"must be a number without an exponent, not {quoted(text)}")
    return plain_decimal(text)


def integer(text: str) -> int:
    """The lexical form of xs:integer (XML Schema Part 2 §3.3.13)."""
    if _INTEGER.fullmatch(text) is None:
        raise Unreadable(f"must be an integer, not {quoted(text)}")
    return bounded_int(text)


def bounded_int(text: str) -> int:
    """Bounded, and without the leading zeros of which Python reads only so many."""
    digits = text.lstrip("+-").lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise TooManyDigits
    return -int(digits or "0") if text.startswith("-") else int(digits or "0")


def whole_number(text: str) -> int:
    """An integer, or a number with a point or exponent whose value is whole (JSON Schema's integer)."""
    if _INTEGER.fullmatch(text):
        return bounded_int(text)
    number = plain_decimal(text, "an integer")
    if number != number.to_integral_value():
        raise Unreadable(f"must be an integer, not {quoted(text)}")
    return int(number)


def boolean_of(words: dict[str, bool], *, any_case: bool) -> Read:
    """A reader of the booleans in `words`."""

    def read(text: str) -> bool:
        value = words.get(text.lower() if any_case else text)
        if value is None:
            raise Unreadable(f"must be true or false, not {quoted(text)}")
        return value

    return read


def base64_text(text: str) -> str:
    """base64 (RFC 4648 §4) in its one form: padded, without blanks, its unused bits zero."""
    compact = text.translate(_NO_BLANKS)
    try:
        if base64.b64encode(base64.b64decode(compact, validate=True)).decode() == compact:
            return compact
    except (binascii.Error, ValueError):
        pass
    raise Unreadable(f"must be base64, not {quoted(text)}")


strict_boolean = boolean_of(_STRICT_BOOLEANS, any_case=False)
xml_boolean = boolean_of(_XML_BOOLEANS, any_case=False)
lenient_boolean = boolean_of(_LENIENT_BOOLEANS, any_case=True)

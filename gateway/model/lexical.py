"""How one value is read: the text or JSON value of a field becomes data, or a sentence that says why not.

Every function takes what was sent and returns the value, or raises `Unreadable`. The table they implement
is the contract with our users: gateway/docs/howto/reading.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

MAX_DIGITS = 100
"""The longest number we take, in decimal digits, its exponent expanded."""
MAX_TEXT = 10**9
"""More characters than any body holds: an exponent beyond it is none we could expand."""

XML_BLANKS = " \t\r\n"

_NUMBER = re.compile(r"([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?)0*(\d+))?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)([Tt ])(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))?", re.ASCII
)
_EPOCH = re.compile(r"(-?\d{1,17})(?:\.(\d+))?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d\d(?:\.\d+)?)", re.ASCII)
_PERIOD = re.compile(r"-?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII)

_EPOCH_SECONDS_DIGITS = 11
"""More digits than these are milliseconds."""
_FOURTEEN_HOURS = 14 * 60
_LONGEST_QUOTE = 60

_STRICT_BOOLEANS = {"true": True, "false": False}
_XML_BOOLEANS = _STRICT_BOOLEANS | {"1": True, "0": False}
_LENIENT_BOOLEANS = _XML_BOOLEANS | {"yes": True, "no": False, "on": True, "off": False}

Read = Callable[[str], object]
"""Text in, value out; raises Unreadable."""


class Unreadable(ValueError):
    """What was sent is not a value of the field's type; the message completes "<path>: …"."""


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
    return _int(text)


def _int(text: str) -> int:
    """Bounded, and without the leading zeros of which Python reads only so many."""
    digits = text.lstrip("+-").lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise TooManyDigits
    return -int(digits or "0") if text.startswith("-") else int(digits or "0")


def whole_number(text: str) -> int:
    """An integer, or a number with a point or exponent whose value is whole (JSON Schema's integer)."""
    if _INTEGER.fullmatch(text):
        return _int(text)
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


strict_boolean = boolean_of(_STRICT_BOOLEANS, any_case=False)
xml_boolean = boolean_of(_XML_BOOLEANS, any_case=False)
lenient_boolean = boolean_of(_LENIENT_BOOLEANS, any_case=True)


def calendar_date(text: str) -> str:
    """`YYYY-MM-DD`, without an offset."""
    match = _DATE.fullmatch(text)
    try:
        if match:
            return date(*map(int, match.groups())).isoformat()
    except ValueError:
        pass
    raise Unreadable(f"must be a date such as 2026-03-16, not {quoted(text)}")


def date_time_in(zone: tzinfo, *, lenient: bool) -> Read:
    """A reader of points in time, which gives them in UTC; text without an offset is in `zone`.

    The strict form is the one that RFC 3339 §5.6 and xs:dateTime share. Lenient adds a space or lower case
    (ANSI SQL-92) and the epoch, in seconds or, with more than 11 digits, milliseconds.
    """

    def read(text: str) -> str:
        match = _DATE_TIME.fullmatch(text)
        try:
            if match and (lenient or (match[4] == "T" and match[9] != "z")):
                return _utc_form(*_moment(match, zone))
            epoch = _EPOCH.fullmatch(text) if lenient else None
            if epoch:
                return _utc_form(*_from_epoch(epoch))
        except (ValueError, OverflowError):
            pass
        raise Unreadable(f"must be a date and time such as 2026-03-16T14:15:02Z, not {quoted(text)}")

    return read


def _moment(match: re.Match[str], zone: tzinfo) -> tuple[datetime, str]:
    """The moment in UTC, to the second, and its fraction digits."""
    year, month, day, hour, minute, second = (int(match[n]) for n in (1, 2, 3, 5, 6, 7))
    fraction = match[8] or ""
    next_day = timedelta(0)
    if hour == 24 and not (minute or second or fraction.strip("0")):  # noqa: PLR2004 - xs:dateTime's midnight
        hour, next_day = 0, timedelta(days=1)
    if match[10]:
        minutes = int(match[11]) * 60 + int(match[12])
        if minutes > _FOURTEEN_HOURS or int(match[12]) > 59:  # noqa: PLR2004 - minutes of an hour
            raise ValueError("offset")
        zone = timezone(timedelta(minutes=minutes if match[10] == "+" else -minutes))
    elif match[9]:
        zone = UTC
    return (datetime(year, month, day, hour, minute, second, tzinfo=zone) + next_day).astimezone(UTC), fraction


def _from_epoch(match: re.Match[str]) -> tuple[datetime, str]:
    """Seconds since 1970, or milliseconds where the number is longer; cut to microseconds, towards the past."""
    number, fraction = match[1], match[2] or ""
    in_seconds = len(number.lstrip("-")) <= _EPOCH_SECONDS_DIGITS
    places = 6 if in_seconds else 3
    size = int(number.lstrip("-") + fraction[:places].ljust(places, "0"))
    if number.startswith("-"):
        size = -size - bool(fraction[places:].strip("0"))
    seconds, micros = divmod(size, 10**6)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), f"{micros:06}"


def _utc_form(moment: datetime, fraction: str) -> str:
    """`…Z` with at most six fraction digits, the rest cut, and no trailing zeros."""
    digits = fraction[:6].rstrip("0")
    return moment.isoformat()[:19] + (f".{digits}" if digits else "") + "Z"


def lenient_duration(text: str) -> Decimal:
    """Seconds; or `HH:MM:SS`, `MM:SS`, or an xs:dayTimeDuration (XML Schema 1.1 Part 2 §3.4.27)."""
    clock = _CLOCK.fullmatch(text)
    if clock and int(clock[2]) < 60 and int(clock[3][:2]) < 60:  # noqa: PLR2004 - minutes, seconds
        return _seconds("0", clock[1] or "0", clock[2], clock[3])
    period = _PERIOD.fullmatch(text)
    if period and any(period.groups()) and not text.endswith("T"):
        total = _seconds(*(part or "0" for part in period.groups()))
        return total.copy_negate() if text.startswith("-") and total else total
    try:
        return plain_decimal(text)
    except TooManyDigits:
        raise
    except Unreadable:
        raise Unreadable(f"must be a duration in seconds, or such as 00:02:30 or PT2M30S, not {quoted(text)}") from None


def _seconds(days: str, hours: str, minutes: str, seconds: str) -> Decimal:
    whole, _, fraction = seconds.partition(".")
    total = _int(days) * 86400 + _int(hours) * 3600 + _int(minutes) * 60 + _int(whole)
    return plain_decimal(f"{total}.{fraction}")

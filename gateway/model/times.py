"""How a date, a point in time and a duration are read; with `lexical`, the table of gateway/docs/howto/reading.md."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from gateway.model.lexical import Read, TooManyDigits, Unreadable, bounded_int, plain_decimal, quoted

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_OFFSET = re.compile(r"Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII)
_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)([Tt ])(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))?", re.ASCII
)
_EPOCH = re.compile(r"(-?\d{1,17})(?:\.(\d+))?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d\d(?:\.\d++)?)", re.ASCII)
_PERIOD = re.compile(r"-?P(?:(\d++)D)?(?:T(?:(\d++)H)?(?:(\d++)M)?(?:(\d++(?:\.\d++)?)S)?)?", re.ASCII)

_EPOCH_SECONDS_DIGITS = 11
"""More digits than these are milliseconds."""
_LONGEST = 1000
"""Characters of a duration, by far."""
_FOURTEEN_HOURS = 14 * 60


def calendar_date(text: str) -> str:
    """`YYYY-MM-DD`, without an offset."""
    match = _DATE.fullmatch(text)
    try:
        if match:
            return date(*map(int, match.groups())).isoformat()
    except ValueError:
        pass
    raise Unreadable(f"must be a date such as 2026-03-16, not {quoted(text)}")


def xml_date(text: str) -> str:
    """As xs:date has it, with an offset or without: JAXB and soap4r write one. The day is kept as it is named."""
    return calendar_date(text[:10] if _OFFSET.fullmatch(text, 10) else text)


def date_time_in(zone: tzinfo, *, lenient: bool) -> Read:
    """A reader of points in time, which gives them in UTC; text without an offset is in `zone`.

    The strict form is the one that RFC 3339 §5.6 and xs:dateTime share. Lenient adds a space or lower case
    (ANSI SQL-92) and the epoch, in seconds or, with more than 11 digits, milliseconds.
    """

    def read(text: str) -> str:
        match = _DATE_TIME.fullmatch(text)
        try:
            if match and match[9] == "Z" and match[4] == "T" and match[5] != "24":
                # Most are in UTC already: that it is a date and a time is all there is to see.
                datetime.fromisoformat(text[:19])
                return _with_fraction(text[:19], match[8] or "")
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
    return _with_fraction(moment.isoformat()[:19], fraction)


def _with_fraction(seconds: str, fraction: str) -> str:
    digits = fraction[:6].rstrip("0")
    return f"{seconds}.{digits}Z" if digits else seconds + "Z"


def lenient_duration(text: str) -> Decimal:
    """Seconds; or `HH:MM:SS`, `MM:SS`, or an xs:dayTimeDuration (XML Schema 1.1 Part 2 §3.4.27)."""
    if len(text) > _LONGEST:
        return plain_decimal(text)
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
    total = bounded_int(days) * 86400 + bounded_int(hours) * 3600 + bounded_int(minutes) * 60 + bounded_int(whole)
    return plain_decimal(f"{total}.{fraction}")

"""The Reading table once more, slow and obvious: dates, times and durations. For tests/model/reference.py."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Context, Decimal, localcontext

from gateway.model.field_reading import Form

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
EXACT = Context(prec=1000)
FIRST, LAST = datetime(1, 1, 3), datetime(9999, 12, 29)  # noqa: DTZ001 - by the clock of any zone


class Refused(Exception):
    """The value isn't allowed."""


def read_date(text: str, form: Form) -> str:
    offset = "(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)$"  # XML Schema Part 2 §3.2.9, of xs:date
    if form is Form.XML:
        text = re.sub(offset, "", text)
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):  # YYYY-MM-DD
        raise Refused("no date")
    try:
        return date(int(text[0:4]), int(text[5:7]), int(text[8:10])).isoformat()
    except ValueError as error:
        raise Refused("no such day") from error


def read_date_time(text: str, zone: tzinfo, *, strict: bool) -> str:
    try:
        if not strict and re.fullmatch("-?[0-9]+([.][0-9]+)?", text):
            return _in_utc(_since_epoch(text))
        return _in_utc(_moment(text if strict else text.upper().replace(" ", "T", 1), zone))
    except (ValueError, OverflowError) as error:
        raise Refused("no such time") from error


def _since_epoch(text: str) -> datetime:
    """Epoch seconds, epoch milliseconds (more than 11 digits)."""
    is_milliseconds = len(text.lstrip("-").partition(".")[0]) > 11
    with localcontext(EXACT):
        microseconds = Decimal(text) * (1_000 if is_milliseconds else 1_000_000)
    return EPOCH + int(microseconds) * timedelta(microseconds=1)  # further fraction digits are cut


def _moment(text: str, zone: tzinfo) -> datetime:
    day, hour, minute, second, fraction, offset = _parts(text)
    next_day = (hour, minute, second) == (24, 0, 0) and not fraction.strip("0")  # 24:00:00 is the next day
    # A fraction of a second is cut; :60 is refused by datetime, and so is 24:00:01.
    naive = datetime.fromisoformat(day).replace(
        hour=0 if next_day else hour, minute=minute, second=second, microsecond=int(fraction.ljust(6, "0")[:6])
    )
    naive += DAY if next_day else timedelta(0)
    if offset == "":  # without an offset in the source's time_zone
        return _in_zone(naive, zone)
    if offset == "Z":
        return naive.replace(tzinfo=UTC)
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    if minutes > 59 or hours * 60 + minutes > 14 * 60:  # xs:dateTime
        raise ValueError(offset)
    behind = timedelta(hours=hours, minutes=minutes)
    return (naive + behind if offset[0] == "-" else naive - behind).replace(tzinfo=UTC)


def _parts(text: str) -> tuple[str, int, int, int, str, str]:
    parts = re.fullmatch(
        "([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.]([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})?", text
    )
    if parts is None:
        raise ValueError(text)
    return parts[1], int(parts[2]), int(parts[3]), int(parts[4]), parts[5] or "", parts[6] or ""


def _in_zone(naive: datetime, zone: tzinfo) -> datetime:
    """An hour that comes twice is the first, one that never comes moves forward."""
    inside = min(max(naive, FIRST), LAST)
    around = (inside - DAY).replace(tzinfo=UTC), (inside + DAY).replace(tzinfo=UTC)
    before, after = (moment.astimezone(zone).utcoffset() or timedelta(0) for moment in around)
    for offset in sorted((before, after), reverse=True):  # the larger offset is the earlier moment
        moment = (naive - offset).replace(tzinfo=UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == naive:
            return moment
    return (naive - before).replace(tzinfo=UTC)  # the clock as it went before the gap shows an hour later after it


def _in_utc(moment: datetime) -> str:
    """UTC, `Z`, at most six fraction digits, no trailing zeros."""
    seconds, _, fraction = moment.replace(tzinfo=None).isoformat().partition(".")
    return seconds + ("." + fraction.rstrip("0") if fraction else "") + "Z"


def read_seconds(text: str) -> str:
    days, sign = "0", ""
    if clock := re.fullmatch("(?:([0-9]+):)?([0-5]?[0-9]):([0-5][0-9](?:[.][0-9]+)?)", text):  # HH:MM:SS, MM:SS
        hours, minutes, seconds = clock.groups("0")
    elif long := re.fullmatch(  # xs:dayTimeDuration
        "(-?)P(?:([0-9]+)D)?(?:T(?=.)(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:[.][0-9]+)?)S)?)?(?<!P)", text
    ):
        sign, days, hours, minutes, seconds = long.groups("0")
    else:
        raise Refused("no duration")
    with localcontext(EXACT):
        total = Decimal(days) * 86400 + Decimal(hours) * 3600 + Decimal(minutes) * 60 + Decimal(seconds)
        return sign + format(total, "f")

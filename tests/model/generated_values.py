"""For every type of field, texts that both readings take, and texts at the edge of what they take."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from gateway.model.contract import Field, Type

ZONES = [ZoneInfo(name) for name in ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia")]
NINES = {count: count * "9" for count in (99, 100, 101)}


@dataclass(frozen=True)
class Kind:
    """A type with some of what a contract may declare beside it."""

    type: Type
    valid: st.SearchStrategy[str]
    """As the strict reading takes it as text, blanks around and `1 0` left aside."""
    edges: tuple[str, ...]
    declared: Mapping[str, Any]

    def is_of(self, field: Field) -> bool:
        return self.type is field.type and all(getattr(field, key) == value for key, value in self.declared.items())


def kind_of(field: Field) -> Kind:
    return next(kind for kind in KINDS if kind.is_of(field))


def _kind(type: Type, valid: st.SearchStrategy[str], edges: tuple[str, ...], **declared: Any) -> Kind:  # noqa: A002
    return Kind(type, valid, edges, declared)


def _plain(numbers: st.SearchStrategy[Decimal]) -> st.SearchStrategy[str]:
    return numbers.map(lambda number: format(number, "f"))


def _integers(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(str)


def _date_time(moment: datetime, fraction: str, offset: str) -> str:
    return moment.isoformat()[:19] + fraction + offset


def _on_a_day_of_change(day: str, seconds: int, offset: str) -> str:
    midnight = datetime.combine(datetime.fromisoformat(day), time())
    return _date_time(midnight + timedelta(seconds=seconds), "", offset)


_DAYS_OF_CHANGE = [
    *("2026-03-08", "2026-11-01", "1883-11-18"),  # America/New_York
    *("2026-03-29", "2026-10-25", "1893-04-01", "1945-05-24", "1947-06-29"),  # Europe/Berlin
    *("2026-04-05", "2026-10-04"),  # Australia/Lord_Howe, by half an hour
    *("2011-12-29", "2011-12-30", "2011-12-31"),  # Pacific/Apia, by a day
]
_FIRST, _LAST = datetime(1, 1, 3), datetime(9999, 12, 29)  # noqa: DTZ001 - hypothesis wants its bounds naive
_OFFSETS = ["", "Z", "+00:00", "-00:00", "-00:30", "+05:30", "+14:00", "-14:00"]
_MOMENTS = st.builds(
    _date_time,
    st.datetimes(_FIRST, _LAST),
    st.just("") | st.from_regex(r"\A\.[0-9]{1,9}\Z"),
    st.sampled_from(_OFFSETS),
) | st.builds(_on_a_day_of_change, st.sampled_from(_DAYS_OF_CHANGE), st.integers(0, 5 * 3600), st.just(""))

_NUMBERS = (
    *("5", "+5", "-5", "007", "-0", "-0.0", "5.0", "5.", ".5", "5e0", "5E+1", "50e-1", "5.5", "0.10", "1e3", "1,5"),
    *(NINES.values()), *("-" + nines for nines in NINES.values()), *("0." + nines for nines in NINES.values()),
    *("0" * 200 + "5", "0." + "0" * 98 + "1", "0." + "0" * 99 + "1", "0." + "0" * 100 + "1", "5." + "0" * 200),
    *("1e99", "1e100", "1e-99", "1e-100", "1e-101", "9e999999999", "0e999999999", "0e-999999999", "1e", "e1", "--5"),
    *("NaN", "INF", "Infinity", "0x1", "1_000", "٣", "\xa05", "5\x0b", ".", "+", "1 2"),
)  # fmt: skip
_BOOLEANS = ("1", "0", "TRUE", "False", "yes", "NO", "On", "oFF", "y", "t", "2", "00", "1.0", "true\xa0")
_DATES = (
    *("2024-02-29", "2026-02-29", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-2026-01-01"),
    *("2026-3-16", "16.03.2026", "20260316", "2026-03-16Z", "2026-03-16T00:00:00", "2026-13-01", "2026-00-10"),
    *("2026-03-16-03:30", "2026-03-16+14:00", "2026-03-16+14:01", "2026-02-30Z", "2026-03-16z"),
    *("٢026-03-16", "2026-03-16\x00"),
)  # fmt: skip
_TIMES = (
    *("2026-03-16T24:00:00", "2026-12-31T24:00:00.000Z", "2026-03-16T24:00:00.1Z", "2026-03-16T24:00:01Z"),
    *("2026-03-16T24:01:00Z", "2026-03-16T23:59:60Z", "2026-03-16T25:00:00Z", "2026-03-16T14:60:00Z"),
    *("0000-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "0001-01-01T13:59:59+14:00"),
    *("0001-01-01T00:00:00", "9999-12-31T23:59:59", "9999-12-31T23:59:59.9999999Z", "9999-12-31T24:00:00Z"),
    *("9999-12-31T22:59:59-01:00", "9999-12-31T23:00:00-01:00", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z"),
    *("2026-03-16T14:15:02+14:01", "2026-03-16T14:15:02-14:01", "2026-03-16T14:15:02+13:60"),
    *("2026-03-16T14:15:02+5:00", "2026-03-16T14:15:02+0500", "2026-03-16T14:15:02.Z", "2026-03-16T14:15Z"),
    *("2026-03-16 14:15:02", "2026-03-16 24:00:00.0000", "2026-03-16t14:15:02.50z", "2026-03-16 14:15:02 Z"),
    *("2026-03-16  14:15:02", "2026-03-16", "14:15:02", "2020-04-22 00:00:00.0000", "2026-02-30T00:00:00Z"),
    *("0", "-1", "-0", "1584368102", "1584368102.25", "99999999999", "100000000000", "1584368102250", "00000000001"),
    *("253402300799", "253402300799999", "253402300800000", "-62135596800", "-62135596801", "1584368102250.1239"),
    *("+5", "1.5e9", "9" * 30, "٣"),
)  # fmt: skip
_DURATIONS = (
    *("00:02:30", "2:30", "02:30", "59:59", "60:00", "00:60:00", "00:59:60", "100:00:00", "00:00:01.500", "1:2:3"),
    *("-00:01:30", "00:01:3", "1:00:00:00", "PT2M30S", "P1DT2H3M4.5S", "PT0S", "P1D", "PT90M", "-PT5S", "-PT0.0S"),
    *("P", "PT", "P1DT", "P1Y", "P1M", "PT1.5M", "+PT5S", "PT.5S", "PT5.S", "pt5s", "P-1D", "P" + "9" * 96 + "D"),
    *("9" * 99 + ":00:00", "00:00:00." + "0" * 99 + "1", "5s", "2 min"),
)  # fmt: skip
_BASE64 = (
    *("aGk=", " a G\tk\r\n= ", "aGVsbG8=", "aGk", "aGk==", "aGl=", "=", "====", "aGk=aGk=", "a", "a-_=", "@@@@"),
    *("aGk=\xa0", "aGk=\x0b", "aGk=\n\n", "AA==AA==", "AB==", "\r", "é==="),
)  # fmt: skip

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=9)
_SHORT = st.text("aZ😀 ", min_size=2, max_size=4)
_CODE = st.from_regex(r"\A[A-Z]{1,4}[0-9]{0,3}\Z")
_NUMBER = _plain(st.decimals(-(10**30), 10**30, places=9))
_RATIO = _plain(st.decimals(Decimal("-0.5"), Decimal("1.5"), places=3))
_PRICE = _plain(st.decimals(-999, 999, places=2))
_SECONDS = st.timedeltas(timedelta(0), timedelta(days=10)).map(lambda length: format(length.total_seconds(), ".6f"))
_BYTES = st.binary(min_size=1, max_size=9).map(lambda binary: b64encode(binary).decode())

_WORDS = ("Yes", "No way", "7")
_NO_WORDS = (" yES\t", "NO WAY", "no  way", "7.0", "maybe")
_PRICES = ("0.001", "0.010", "12345", "123456", "1e4", "1e5", "12345.0", "1234.56")
_RATIOS = ("-0.51", "-0.5", "-.50", "1.50", "1.51", "15e-1", "-5e-1", "0")
_HUNDREDS = ("0", "500.0", "5e2", "501", "0500")
_SMALL, _LARGE, _MOST = Decimal("-0.5"), Decimal("1.5"), Decimal(500)

KINDS = (
    _kind(Type.STRING, st.sampled_from(_WORDS), _NO_WORDS, values=_WORDS),
    _kind(Type.STRING, _SHORT, ("a", "😀", "abcde", "  ", "é" * 5, "a\0"), min_length=2, max_length=4),
    _kind(Type.STRING, _CODE, ("A1\n", "a", "A٣", " A", "1"), pattern=r"[A-Z]+\d*"),
    _kind(Type.STRING, _TEXT, ("  ", " a ", "a\0b", "\0", "007", "true", "\x85", "\x7f", "e\u0301", "\u2028")),
    _kind(Type.INTEGER, _integers(1, 500), (*_HUNDREDS, *_NUMBERS), minimum=Decimal(1), maximum=_MOST),
    _kind(Type.INTEGER, _integers(-999, 999), ("1000", "0999", "-1000", "1e3", "9.99e2"), digits=3),
    _kind(Type.INTEGER, _integers(-(10**99), 10**100 - 1), _NUMBERS),
    _kind(Type.DECIMAL, _RATIO, _RATIOS, minimum=_SMALL, maximum=_LARGE),
    _kind(Type.DECIMAL, _PRICE, _PRICES, digits=5, fraction_digits=2),
    _kind(Type.DECIMAL, _NUMBER, _NUMBERS),
    _kind(Type.BOOLEAN, st.sampled_from(["true", "false"]), _BOOLEANS),
    _kind(Type.DATE, st.dates().map(str), _DATES),
    _kind(Type.DATE_TIME, _MOMENTS, _TIMES),
    _kind(Type.DURATION, _SECONDS, ("-1", "-0", "-0.0", *_DURATIONS), minimum=Decimal(0)),
    _kind(Type.DURATION, _NUMBER, (*_DURATIONS, *_NUMBERS)),
    _kind(Type.BASE64, _BYTES, _BASE64),
)
"""The more that is declared, the earlier: `kind_of` takes the first that fits."""

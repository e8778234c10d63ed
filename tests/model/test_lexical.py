"""How one value is read, edge by edge, and against a second reader that is slow and obvious."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Context, Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import lexical, times
from gateway.model.lexical import MAX_DIGITS, Read, Unreadable

NEW_YORK = ZoneInfo("America/New_York")
EXACT = Context(prec=20_000, Emin=-20_000, Emax=20_000)

strict = times.date_time_in(UTC, lenient=False)
lenient = times.date_time_in(UTC, lenient=True)

digits = st.text("0123456789", min_size=1, max_size=110)
signs = st.sampled_from(["", "-", "+"])
plain_numbers = st.builds("{}{}".format, signs, digits) | st.builds("{}{}.{}".format, signs, digits, digits)
numbers = plain_numbers | st.builds("{}{}{}".format, plain_numbers, st.sampled_from("eE"), st.integers(-210, 210))
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=offsets)  # noqa: DTZ001 - the zone is drawn


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"), ("-0", "0"), ("-0.000", "0"), ("-0e5", "0"), ("+5", "5"), ("007", "7"), (".5", "0.5"), ("5.", "5"),
        ("12.340", "12.34"), ("1e3", "1000"), ("1E+3", "1000"), ("12e-4", "0.0012"), ("1.50e1", "15"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("1e99", "1" + 99 * "0"), ("1e-100", "0." + 99 * "0" + "1"), ("-" + 100 * "9", "-" + 100 * "9"),
        (50 * "1" + "." + 50 * "1", 50 * "1" + "." + 50 * "1"), (500 * "0" + "1", "1"), ("1." + 500 * "0", "1"),
    ],
)  # fmt: skip
def test_a_number_keeps_every_digit_and_loses_exponent_and_trailing_zeros(text: str, expected: str) -> None:
    assert expected == format(lexical.plain_decimal(text), "f")


REFUSED: list[tuple[Read, str, list[str]]] = [
    (
        lexical.plain_decimal, "must be a number",
        ["", ".", "+", "-", "e5", "5e", "5e1.5", "1,5", "1_000", "0x10", "NaN", "Infinity", "--1", "1 2", "٣", "1\n"],
    ),
    (
        lexical.plain_decimal, "at most 100 digits",
        ["1e100", "1e-101", "1e9999", "-1e-9999", 101 * "1", "0." + 101 * "1", "1.1e-100"],
    ),
    (lexical.decimal_without_exponent, "without an exponent", ["1e3", "1E3", "1.5e0"]),
    (lexical.decimal_without_exponent, "at most 100 digits", [101 * "1"]),
    (lexical.integer, "must be an integer", ["", "5.0", "5e0", "1_0", "٣", "0x1", "1 ", "NaN"]),
    (lexical.integer, "at most 100 digits", [101 * "1", "-" + 101 * "1"]),
    (lexical.whole_number, "must be an integer", ["5.5", "1e-1", "1." + 90 * "0" + "1", "five", "", "NaN"]),
    (lexical.whole_number, "at most 100 digits", [101 * "1", "1e100"]),
    (
        times.calendar_date, "must be a date such as",
        ["2026-02-29", "0000-01-01", "10000-01-01", "2026-3-16", "20260316", "2026-03-16T00:00:00", "٢٠٢٦-03-16", ""],
    ),
    (
        times.lenient_duration, "must be a duration in seconds",
        ["", "P", "PT", "P1DT", "P1Y", "P1M", "pt5s", "00:60:00", "00:00:60", "1:2:3", "12345678:00:00", "5 min"],
    ),
    (times.lenient_duration, "at most 100 digits", [101 * "1", "1e100", "PT" + 101 * "9" + "H"]),
    (lexical.string, "must not contain NUL", ["\0", "a\0b"]),
]  # fmt: skip


@pytest.mark.parametrize(("read", "said", "text"), [(*row[:2], text) for row in REFUSED for text in row[2]])
def test_what_is_no_such_value_is_refused_in_words(read: Read, said: str, text: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(text)


def test_a_giant_exponent_is_refused_and_not_expanded() -> None:
    with pytest.raises(Unreadable):
        lexical.plain_decimal("1e999999999")


@given(numbers)
def test_numbers_are_those_of_decimal(text: str) -> None:
    exact = EXACT.create_decimal(text)
    whole, _, fraction = f"{exact:f}".lstrip("-").partition(".")
    whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
    if len(whole + fraction) > MAX_DIGITS:
        with pytest.raises(Unreadable, match="at most 100 digits"):
            lexical.plain_decimal(text)
    else:
        plain = f"{whole or 0}.{fraction}".rstrip(".")
        assert ("-" + plain if exact < 0 else plain) == f"{lexical.plain_decimal(text):f}"


@given(st.integers(-(10**100) + 1, 10**100 - 1), st.sampled_from([lexical.integer, lexical.whole_number]))
def test_integers_of_up_to_a_hundred_digits_are_read(number: int, read: Read) -> None:
    assert number == read(str(number))


@pytest.mark.parametrize(("text", "expected"), [("-0", 0), ("+7", 7), ("0007", 7), (200 * "0" + "7", 7)])
def test_an_integer_may_have_a_sign_and_zeros_before_it(text: str, expected: int) -> None:
    assert expected == lexical.integer(text) == lexical.whole_number(text)


@pytest.mark.parametrize(("text", "expected"), [("5.0", 5), ("5e0", 5), ("-0.0", 0), ("1.5e1", 15), ("1e99", 10**99)])
def test_a_whole_number_may_have_a_point_or_an_exponent(text: str, expected: int) -> None:
    assert (expected, int) == (lexical.whole_number(text), type(lexical.whole_number(text)))


AS_UTC = [
    ("2026-03-16T14:15:02Z", "2026-03-16T14:15:02Z"), ("2026-03-16T14:15:02", "2026-03-16T14:15:02Z"),
    ("2026-03-16T14:15:02.500Z", "2026-03-16T14:15:02.5Z"), ("2026-03-16T14:15:02.000Z", "2026-03-16T14:15:02Z"),
    ("2026-03-16T14:15:02.1234569Z", "2026-03-16T14:15:02.123456Z"),
    ("2026-03-16T14:15:02.0000009Z", "2026-03-16T14:15:02Z"),
    ("2026-03-16T14:15:02+14:00", "2026-03-16T00:15:02Z"), ("2026-03-16T14:15:02-14:00", "2026-03-17T04:15:02Z"),
    ("2026-03-16T14:15:02-00:30", "2026-03-16T14:45:02Z"), ("2026-03-16T14:15:02+00:30", "2026-03-16T13:45:02Z"),
    ("2026-12-31T24:00:00Z", "2027-01-01T00:00:00Z"), ("2024-02-28T24:00:00.000-05:00", "2024-02-29T05:00:00Z"),
    ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), AS_UTC)
def test_a_date_time_is_given_in_utc(text: str, expected: str) -> None:
    assert expected == strict(text) == lenient(text)


NO_MOMENTS = [
    "2026-03-16T23:59:60Z", "2026-03-16T24:00:01Z", "2026-03-16T24:00:00.1Z", "2026-03-16T24:01:00Z",
    "2026-03-16T25:00:00Z", "2026-03-16T14:60:00Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
    "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "9999-12-31T24:00:00Z",
    "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-03-16T14:15:02+14:01",
    "2026-03-16T14:15:02-14:01", "2026-03-16T14:15:02+01:60", "2026-03-16T14:15:02+0100", "2026-03-16T14:15Z",
    "2026-03-16", "2026-03-16T14:15:02.Z", "2026-3-16T14:15:02Z", "٢٠٢٦-03-16T14:15:02Z", "yesterday", "",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_what_is_no_moment_is_refused(text: str) -> None:
    for read in (strict, lenient):
        with pytest.raises(Unreadable, match="must be a date and time such as"):
            read(text)


LENIENT_MOMENTS = [
    ("2020-04-22 00:00:00.0000", "2020-04-22T00:00:00Z"), ("2020-04-22t10:00:00z", "2020-04-22T10:00:00Z"),
    ("2020-04-22 10:00:00+02:00", "2020-04-22T08:00:00Z"), ("2020-04-22T10:00:00z", "2020-04-22T10:00:00Z"),
    ("0", "1970-01-01T00:00:00Z"), ("-1", "1969-12-31T23:59:59Z"), ("1584368102", "2020-03-16T14:15:02Z"),
    ("1584368102.25", "2020-03-16T14:15:02.25Z"), ("1584368102250", "2020-03-16T14:15:02.25Z"),
    ("99999999999", "5138-11-16T09:46:39Z"), ("100000000000", "1973-03-03T09:46:40Z"),  # 11 digits, and 12
    ("-100000000001", "1966-10-31T14:13:19.999Z"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LENIENT_MOMENTS)
def test_lenient_adds_sql_lower_case_and_the_epoch(text: str, expected: str) -> None:
    assert expected == lenient(text)
    with pytest.raises(Unreadable):
        strict(text)


@pytest.mark.parametrize("text", [17 * "9", 18 * "9", 5000 * "9", "+5", "0x5"])
def test_an_epoch_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        lenient(text)


@given(moments)
def test_date_times_are_those_of_fromisoformat(moment: datetime) -> None:
    read = str(strict(moment.isoformat()))
    assert datetime.fromisoformat(moment.isoformat()) == datetime.fromisoformat(read)
    assert read.endswith("Z") and not ("." in read and read.endswith("0Z"))


@given(st.integers(0, 99_999_999_999), st.integers(0, 999_999))
def test_epochs_are_those_of_counting(seconds: int, millionths: int) -> None:
    counted = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=millionths)
    assert counted == datetime.fromisoformat(str(lenient(f"{seconds}.{millionths:06}")))


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        ("America/New_York", "2026-07-01T12:00:00", "2026-07-01T16:00:00Z"),
        ("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"),  # comes twice: the first, UTC-4
        ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z"),  # never comes: 03:30 at UTC-4
        ("America/New_York", "2026-03-08T02:30:00Z", "2026-03-08T02:30:00Z"),
        ("America/New_York", "2026-03-07T24:00:00", "2026-03-08T05:00:00Z"),
        ("America/Sao_Paulo", "2018-11-03T24:00:00", "2018-11-04T03:00:00Z"),  # a midnight that never came
    ],
)
def test_without_an_offset_the_time_zone_decides(zone: str, text: str, expected: str) -> None:
    assert expected == times.date_time_in(ZoneInfo(zone), lenient=False)(text)


@given(st.datetimes(datetime(1975, 1, 1), datetime(2037, 1, 1)).map(lambda wall: wall.replace(microsecond=0)))  # noqa: DTZ001
def test_wall_clock_times_are_the_first_moment_the_clock_shows_them(wall: datetime) -> None:
    candidates = [(wall + timedelta(hours=behind)).replace(tzinfo=UTC) for behind in (4, 5)]
    shown = [moment for moment in candidates if moment.astimezone(NEW_YORK).replace(tzinfo=None) == wall]
    read = times.date_time_in(NEW_YORK, lenient=False)(wall.isoformat())
    assert (shown or candidates[1:])[0] == datetime.fromisoformat(str(read))


@given(st.dates())
def test_every_date_is_read_as_it_is_written(day: date) -> None:
    assert day.isoformat() == times.calendar_date(day.isoformat())


DURATIONS = [
    ("90", "90"), ("1.50", "1.5"), ("-5", "-5"), ("1e2", "100"),
    ("01:00:00", "3600"), ("24:00:00", "86400"), ("9999:59:59.5", "35999999.5"), ("1:00", "60"), ("00:00", "0"),
    ("P1D", "86400"), ("PT36H", "129600"), ("PT0S", "0"), ("PT1M30.25S", "90.25"), ("P1DT2H3M4.5S", "93784.5"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DURATIONS)
def test_a_lenient_duration_is_seconds_a_clock_or_a_period(text: str, expected: str) -> None:
    assert expected == format(times.lenient_duration(text), "f")


@given(st.timedeltas(timedelta(0), timedelta(days=400)))
def test_clocks_and_periods_are_those_of_timedelta(length: timedelta) -> None:
    minutes, seconds = divmod(length.seconds, 60)
    fraction = f"{seconds:02}.{length.microseconds:06}"
    exact = Decimal(length // timedelta(microseconds=1)) / 1_000_000
    assert exact == times.lenient_duration(f"{length.days * 24 + minutes // 60:02}:{minutes % 60:02}:{fraction}")
    assert exact == times.lenient_duration(f"P{length.days}DT{minutes}M{fraction}S")


BOOLEANS: list[tuple[Read, str, str]] = [
    (lexical.strict_boolean, "true false", "1 0 True FALSE yes on"),
    (lexical.xml_boolean, "true false 1 0", "TRUE yes on 2 01"),
    (lexical.lenient_boolean, "true false 1 0 TRUE False Yes NO oN off", "y n 2 t ja"),
]


@pytest.mark.parametrize(("read", "words", "others"), BOOLEANS)
def test_booleans_have_their_words_and_no_others(read: Read, words: str, others: str) -> None:
    for word in words.split():
        assert (word.lower() in {"true", "1", "yes", "on"}) is read(word)
    for other in ["", *others.split()]:
        with pytest.raises(Unreadable, match="must be true or false"):
            read(other)


@pytest.mark.parametrize("text", ["", "  ", " Zoë\t\r\n", "\x01", "😀"])
def test_a_string_is_as_sent(text: str) -> None:
    assert text == lexical.string(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("a", '"a"'), (60 * "x", f'"{60 * "x"}"'), (61 * "x", f'"{60 * "x"}…"')]
)
def test_a_message_quotes_what_was_sent_and_cuts_it_where_it_is_long(text: str, expected: str) -> None:
    assert expected == lexical.quoted(text)

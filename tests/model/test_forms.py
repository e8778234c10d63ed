"""Times by their parts in a zone, numbers with so many places."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from gateway.model.canonical import Number
from gateway.model.forms import Form, Unfit


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("%Y-%m-%d %H:%M:%S", "2026-03-16T14:15:02Z", "2026-03-16 14:15:02"),
        ("%d.%m.%Y %H:%M|Europe/Berlin", "2026-03-16T14:15:02.5Z", "16.03.2026 15:15"),
        ("%m/%d/%Y %I:%M %p|America/New_York", "2026-07-01T00:30:00Z", "06/30/2026 08:30 PM"),
        ("%Y-%m-%dT%H:%M:%S%z|America/New_York", "2026-03-16T14:15:02Z", "2026-03-16T10:15:02-0400"),
        ("%d.%m.%Y", "2026-03-16", "16.03.2026"),  # a date has no zone
        ("%s", "1970-01-01T00:01:00Z", "60"),
        ("%Y", "0099-01-01T00:00:00Z", "0099"),
        ("100 %%", "2026-03-16T14:15:02Z", "100 %"),
        (".2f", Number("1.005"), "1.00"),
        (".2f", Number("12"), "12.00"),
        (",.2f", Number("1234567.891"), "1,234,567.89"),
        ("03d", Number("7"), "007"),
        ("d", Number("7.9"), "7"),
        ("HH:MM:SS", Number("3725.9"), "01:02:05"),
        ("HH:MM:SS", Number("360000"), "100:00:00"),
        ("HH:MM:SS", "65", "00:01:05"),
    ],
)
def test_a_value_is_written_as_the_form_says(form: str, value: object, expected: str) -> None:
    assert expected == Form.of(form, ZoneInfo).written(value)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ("%Q", "no %Q in a time"),
        ("%", "no % in a time"),
        ("zz", "no form 'zz'"),
        (".2f|Europe/Berlin", "no form"),
        ("999d", "no form"),
        (".999f", "no form"),
        ("%H|Europe/Berlin", "are not read here"),
    ],
)
def test_what_is_no_form_is_told(form: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Form.of(form)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("%Y", "soon"),
        ("%Y", Number("5")),
        ("%Y", {"a": 1}),
        ("%Y|Asia/Tokyo", "9999-12-31T23:59:59Z"),  # there it is a year that there isn't
        (".2f", "soon"),
        (".2f", True),
        (".2f", []),
        (".2f", Number("1e999999999")),
        ("d", Number("NaN")),
    ],
)
def test_a_value_of_another_sort_does_not_fit(form: str, value: object) -> None:
    with pytest.raises(Unfit):
        Form.of(form, ZoneInfo).written(value)

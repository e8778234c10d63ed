"""Events in CloudEvents' structured form."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.event import rfc3339
from tests.builders import an_event

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def test_a_structured_event_has_every_attribute_and_its_data() -> None:
    event = an_event(
        id="0190", subject="4711", attributes={"dataschema": "urn:x#call.ended", "receivedtime": "2026-03-16T12:00:01Z"}
    )
    expected = {
        "specversion": "1.0",
        "id": "0190",
        "source": "/in/pbx",
        "type": "call.ended",
        "subject": "4711",
        "time": "2026-03-16T12:00:00Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:x#call.ended",
        "receivedtime": "2026-03-16T12:00:01Z",
        "data": {"call_id": "4711"},
    }
    assert expected == json.loads(event.structured())


def test_an_event_without_a_subject_has_no_such_attribute() -> None:
    assert "subject" not in json.loads(an_event(subject=None).structured())


@pytest.mark.parametrize("data", [b"{}", '{"n":1.50,"who":"Zoë \\"Z\\""}'.encode(), b'{"big":1e999999999}'])
def test_the_data_stands_in_it_byte_for_byte(data: bytes) -> None:
    assert an_event(data=data).structured().endswith(b',"data":' + data + b"}")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_subject_is_written_so_that_it_reads_back(subject: str) -> None:
    assert subject == json.loads(an_event(subject=subject).structured())["subject"]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 16, 14, 15, 2, tzinfo=UTC), "2026-03-16T14:15:02Z"),
        (datetime(2026, 3, 16, 14, 15, 0, 500000, UTC), "2026-03-16T14:15:00.5Z"),
        (datetime(2026, 3, 16, 14, 15, 2, 1, UTC), "2026-03-16T14:15:02.000001Z"),
        (datetime(2026, 3, 16, 23, 0, tzinfo=timezone(timedelta(hours=-5))), "2026-03-17T04:00:00Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_the_digits_it_has(moment: datetime, expected: str) -> None:
    assert expected == rfc3339(moment)


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=offsets))  # noqa: DTZ001 - the zone is drawn
def test_a_moment_reads_back(moment: datetime) -> None:
    assert moment == datetime.fromisoformat(rfc3339(moment))

"""The reader and the reference, which knows nothing of it, read the same data and find the same faults."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.bindings.http import HttpBinding
from gateway.model.canonical import canonical_json
from gateway.model.contract import Type
from gateway.model.field_reading import Form, Pairs, Reading
from gateway.model.reading import reader_for
from tests.builders import a_contract, a_field, a_request, an_event_type
from tests.model.generated_messages import Fields, Sent, edges_of, messages
from tests.model.generated_values import KINDS, ZONES, Kind
from tests.model.reference import expected

UTC = "UTC"
NEW_YORK, BERLIN, LORD_HOWE, APIA = "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"
STRICT, LENIENT = Reading
TEXT, XML, JSON = Form
NO = None
"""The value is refused."""

MOMENTS: list[tuple[str, str, str | None]] = [
    # as it was sent, the time zone of the source, in the event: in both readings
    ("2026-03-16T24:00:00", UTC, "2026-03-17T00:00:00Z"),
    ("2026-12-31T24:00:00", BERLIN, "2026-12-31T23:00:00Z"),
    ("2024-02-28T24:00:00.000Z", UTC, "2024-02-29T00:00:00Z"),
    ("2026-03-16T24:00:00+14:00", UTC, "2026-03-16T10:00:00Z"),
    *((f"2026-03-16T{wrong}Z", UTC, NO) for wrong in ("24:00:00.1", "24:00:01", "24:01:00", "25:00:00", "14:60:00")),
    *((f"2026-{wrong}Z", UTC, NO) for wrong in ("12-31T23:59:60", "06-30T23:59:60", "02-30T00:00:00", "3-16T14:00:00")),
    *((f"{year}-12-31T23:59:59Z", UTC, NO) for year in ("0000", "10000", "-0001", "-2026", "026", "+2026")),
    ("0001-01-01T00:00:00Z", UTC, "0001-01-01T00:00:00Z"),
    ("0001-01-01T00:00:00+00:01", UTC, NO),
    ("0001-01-01T14:00:00+14:00", UTC, "0001-01-01T00:00:00Z"),
    ("9999-12-31T23:59:59.9999999Z", UTC, "9999-12-31T23:59:59.999999Z"),
    ("9999-12-31T24:00:00Z", UTC, NO),
    ("9999-12-31T23:00:00-01:00", UTC, NO),
    ("9999-12-31T23:59:59", NEW_YORK, NO),
    ("9999-12-31T22:59:59-01:00", UTC, "9999-12-31T23:59:59Z"),
    ("2026-03-16T14:00:00+14:00", UTC, "2026-03-16T00:00:00Z"),
    ("2026-03-16T14:00:00-14:00", UTC, "2026-03-17T04:00:00Z"),
    ("2026-03-16T14:00:00-00:30", BERLIN, "2026-03-16T14:30:00Z"),
    ("2026-03-16T14:00:00-00:00", BERLIN, "2026-03-16T14:00:00Z"),
    *(
        (f"2026-03-16T14:00:00{wrong}", UTC, NO)
        for wrong in ("+14:01", "-14:01", "+13:60", "+5:00", "+0500", "+05", ".")
    ),
    ("2026-03-16T14:00:00.50Z", UTC, "2026-03-16T14:00:00.5Z"),
    ("2026-03-16T14:00:00.0000009Z", UTC, "2026-03-16T14:00:00Z"),
    ("\t2026-03-16T14:00:00Z\r\n", UTC, "2026-03-16T14:00:00Z"),
    # an hour that comes twice is the first
    ("2026-11-01T00:59:59", NEW_YORK, "2026-11-01T04:59:59Z"),
    ("2026-11-01T01:00:00", NEW_YORK, "2026-11-01T05:00:00Z"),
    ("2026-11-01T01:59:59", NEW_YORK, "2026-11-01T05:59:59Z"),
    ("2026-11-01T02:00:00", NEW_YORK, "2026-11-01T07:00:00Z"),
    ("2026-11-01T01:30:00-05:00", NEW_YORK, "2026-11-01T06:30:00Z"),
    ("2026-10-25T01:59:59", BERLIN, "2026-10-24T23:59:59Z"),
    ("2026-10-25T02:30:00", BERLIN, "2026-10-25T00:30:00Z"),
    ("2026-10-25T03:00:00", BERLIN, "2026-10-25T02:00:00Z"),
    ("2026-04-05T01:45:00", LORD_HOWE, "2026-04-04T14:45:00Z"),
    # one that never comes moves forward
    ("2026-03-08T01:59:59", NEW_YORK, "2026-03-08T06:59:59Z"),
    ("2026-03-08T02:00:00", NEW_YORK, "2026-03-08T07:00:00Z"),
    ("2026-03-08T02:30:00", NEW_YORK, "2026-03-08T07:30:00Z"),
    ("2026-03-08T03:00:00", NEW_YORK, "2026-03-08T07:00:00Z"),
    ("2026-03-29T02:30:00", BERLIN, "2026-03-29T01:30:00Z"),
    ("2026-03-29T03:30:00", BERLIN, "2026-03-29T01:30:00Z"),
    ("2026-10-04T02:15:00", LORD_HOWE, "2026-10-03T15:45:00Z"),
    ("2011-12-29T24:00:00", APIA, "2011-12-30T10:00:00Z"),
]
LENIENT_MOMENTS: list[tuple[str, str, str | None]] = [
    # the same, of what the strict reading refuses
    ("2020-04-22 00:00:00.0000", UTC, "2020-04-22T00:00:00Z"),
    ("2026-03-08 02:30:00", NEW_YORK, "2026-03-08T07:30:00Z"),
    ("2026-03-16 24:00:00", BERLIN, "2026-03-16T23:00:00Z"),
    ("2026-03-16t14:00:00.50z", NEW_YORK, "2026-03-16T14:00:00.5Z"),
    ("0", NEW_YORK, "1970-01-01T00:00:00Z"),
    ("1584368102", NEW_YORK, "2020-03-16T14:15:02Z"),
    ("99999999999", UTC, "5138-11-16T09:46:39Z"),
    ("100000000000", UTC, "1973-03-03T09:46:40Z"),
    ("1584368102250", BERLIN, "2020-03-16T14:15:02.25Z"),
    ("253402300799999", UTC, "9999-12-31T23:59:59.999Z"),
    *((wrong, UTC, NO) for wrong in ("253402300800000", "2026-03-16", "14:00:00", "2026-03-16  14:00:00")),
]

FIELDS = (
    a_field("call_id", aliases=("uii",)),
    a_field("tags", list=True, aliases=("labels",)),
    a_field("caller", Type.OBJECT, of="party", fields=(a_field("name"),), aliases=("ani",)),
    a_field("agent", Type.OBJECT, of="named", fields=(a_field("name", required=True),)),
    a_field("parts", Type.OBJECT, of="party", fields=(a_field("name"),), aliases=("segments",), list=True),
)
TWO_LISTS = '{"tags":["a"],"extra":{"labels":["b","c"]}}'
A, B = Pairs([("name", "a")]), Pairs([("name", "b")])
NAMED: list[tuple[Form, Reading, Sent, str | set[str]]] = [
    # form, reading, what was sent, the event's data or the paths of the violations
    (TEXT, LENIENT, [("caller", ""), ("caller[name]", "a")], '{"caller":{"name":"a"}}'),
    (TEXT, STRICT, [("caller", ""), ("caller[name]", "a")], {"/caller"}),
    (TEXT, LENIENT, [("caller", ""), ("caller", ""), ("caller[name]", "a")], {"/caller"}),
    (TEXT, LENIENT, [("caller", "x"), ("caller[name]", "a")], {"/caller"}),
    (TEXT, LENIENT, [("caller[new]", "x"), ("caller[new][name]", "a")], {"/caller/new"}),
    (TEXT, LENIENT, [("tags[7]", "b"), ("tags", "a"), ("tags[03]", "c")], '{"tags":["a","c","b"]}'),
    (TEXT, LENIENT, [("tags[0]", "b"), ("tags[0]", "a")], {"/tags/0"}),
    (TEXT, LENIENT, [("tags[x]", "b")], {"/tags"}),
    (TEXT, LENIENT, [("tags", "a"), ("labels[1]", "c"), ("labels[0]", "b")], TWO_LISTS),
    (TEXT, LENIENT, [("tags", "a"), ("labels[0]", "c"), ("labels[]", "b")], TWO_LISTS),
    (XML, LENIENT, [("labels", "b"), ("tags", "a"), ("labels", "c")], TWO_LISTS),
    (JSON, LENIENT, [("tags", ["a"]), ("labels", ["b", "c"])], TWO_LISTS),
    (TEXT, LENIENT, [("uii", "a"), ("call_id", "a")], '{"call_id":"a"}'),
    (TEXT, LENIENT, [("uii", "b"), ("call_id", "a"), ("UII", "")], '{"call_id":"a","extra":{"uii":"b"}}'),
    (TEXT, LENIENT, [("call_id", "a"), ("uii", b"file")], {"/uii"}),
    (TEXT, LENIENT, [("call_id[x]", "a"), ("new[0]", "b")], '{"extra":{"call_id[x]":"a","new[0]":"b"}}'),
    (XML, LENIENT, [("parts", A), ("segments", B)], '{"parts":[{"name":"a"}],"extra":{"segments":{"name":"b"}}}'),
    (XML, LENIENT, [("caller", " "), ("agent", " ")], '{"caller":{}}'),
    (XML, STRICT, [("caller", ""), ("agent", "")], {"/agent/name"}),
    (XML, LENIENT, [("caller", A), ("ani", B)], '{"caller":{"name":"a"},"extra":{"ani":{"name":"b"}}}'),
]  # fmt: skip


def outermost(paths: set[str]) -> set[str]:
    """Without those inside a value that is refused as a whole: they may be told or not."""
    return {path for path in paths if not any(path.startswith(f"{other}/") for other in paths)}


def read(fields: Fields, reading: Reading, form: Form, pairs: Sent, zone: tzinfo) -> tuple[bytes, set[str]]:
    data, violations = reader_for(an_event_type(*fields), reading, zone).examine(pairs, form)
    return b"" if violations else canonical_json(data), outermost({one.path for one in violations})


def by_reference(fields: Fields, reading: Reading, form: Form, pairs: Sent, zone: tzinfo) -> tuple[bytes, set[str]]:
    data, paths = expected(fields, reading, form, pairs, zone)
    return data, outermost(paths)


@settings(max_examples=30)
@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("form", Form)
@given(st.data(), st.sampled_from(ZONES))
def test_valid_messages_are_read_as_the_reference_reads_them(
    form: Form, reading: Reading, data: st.DataObject, zone: tzinfo
) -> None:
    fields, pairs = data.draw(messages(form, reading, may_break=False))
    wanted, paths = by_reference(fields, reading, form, pairs, zone)
    assert set() == paths
    assert (wanted, set()) == read(fields, reading, form, pairs, zone)


@settings(max_examples=100)
@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("form", Form)
@given(st.data(), st.sampled_from(ZONES))
def test_slightly_broken_messages_are_read_as_the_reference_reads_them(
    form: Form, reading: Reading, data: st.DataObject, zone: tzinfo
) -> None:
    fields, pairs = data.draw(messages(form, reading, may_break=True))
    assert by_reference(fields, reading, form, pairs, zone) == read(fields, reading, form, pairs, zone)


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.type} {','.join(kind.declared)}".strip())
@pytest.mark.parametrize("more", [{}, {"required": True}, {"list": True}], ids=str)
def test_values_at_the_edge_are_read_as_the_reference_reads_them(
    form: Form, reading: Reading, kind: Kind, more: dict[str, bool]
) -> None:
    fields = (a_field("v", kind.type, **kind.declared, **more),)
    zone = ZoneInfo(NEW_YORK)
    for pairs in edges_of(fields[0], form):
        assert expected(fields, reading, form, pairs, zone) == read(fields, reading, form, pairs, zone), pairs


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize(
    ("reading", "sent", "zone", "moment"),
    [
        *((reading, *row) for reading in Reading for row in MOMENTS),
        *((LENIENT, *row) for row in LENIENT_MOMENTS),
        *((STRICT, sent, zone, NO) for sent, zone, _ in LENIENT_MOMENTS),
    ],
)
def test_a_date_time_at_the_edge(reading: Reading, form: Form, sent: str, zone: str, moment: str | None) -> None:
    fields = (a_field("at", Type.DATE_TIME),)
    pairs: Sent = [("at", sent)]
    wanted = (b"", {"/at"}) if moment is NO else (f'{{"at":"{moment}"}}'.encode(), set[str]())
    assert wanted == read(fields, reading, form, pairs, ZoneInfo(zone))
    assert wanted == expected(fields, reading, form, pairs, ZoneInfo(zone))


@pytest.mark.parametrize(("form", "reading", "pairs", "wanted"), NAMED)
def test_names_that_stand_beside_each_other(form: Form, reading: Reading, pairs: Sent, wanted: str | set[str]) -> None:
    result = (wanted.encode(), set[str]()) if isinstance(wanted, str) else (b"", wanted)
    assert result == expected(FIELDS, reading, form, pairs, ZoneInfo(UTC))
    assert result == read(FIELDS, reading, form, pairs, ZoneInfo(UTC))


def test_a_declared_alias_is_taken_strictly_in_xml_over_http_too() -> None:
    event = an_event_type(*FIELDS)
    binding = HttpBinding(a_contract(event), {event.name: reader_for(event, STRICT)}, STRICT)
    request = a_request(b"<callEnded><uii>a</uii></callEnded>", headers={"Content-Type": "application/xml"})
    assert [{"call_id": "a"}] == [message.data for message in binding.read(request)]

"""How text becomes data: the reading table of the documentation, row by row, and how names find their fields."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ContractViolation, Violation
from gateway.model.canonical import Number, canonical_json
from gateway.model.contract import Field, Type
from gateway.model.field_reading import Form, Reading
from gateway.model.pointer import pointer
from gateway.model.reading import Reader, reader_for, summary
from tests.builders import a_field, an_event_type

ENUM = a_field("v", values=("Yes", "No way"))
TEXTS = (Form.TEXT, Form.XML)
JSON = (Form.JSON,)
EVERY = tuple(Form)
NO = None
"""The value is refused."""
GONE = ""
"""The field is absent."""
N = Number

Row = tuple[Type | Field, tuple[Form, ...], object, str | None, str | None]
TEXTUAL = (Type.STRING, Type.BASE64)
SCALARS = [kind for kind in Type if kind is not Type.OBJECT]
TABLE: list[Row] = [
    # type, forms, what was sent, strict, lenient: as JSON of the event
    (Type.STRING, EVERY, "abc", '"abc"', '"abc"'),
    (Type.STRING, EVERY, " a ", '" a "', '" a "'),
    (Type.STRING, EVERY, "  ", '"  "', '"  "'),
    (Type.STRING, EVERY, "", GONE, GONE),
    (Type.STRING, EVERY, "a\0b", NO, NO),
    (Type.STRING, EVERY, "007", '"007"', '"007"'),
    (Type.STRING, JSON, N("5105550111"), NO, '"5105550111"'),
    (Type.STRING, JSON, N("1.50"), NO, '"1.50"'),
    (Type.STRING, JSON, N("1e999999999"), NO, '"1e999999999"'),
    (Type.STRING, JSON, True, NO, NO),
    (ENUM, EVERY, "Yes", '"Yes"', '"Yes"'),
    (ENUM, EVERY, " yES\t", NO, '"Yes"'),
    (ENUM, EVERY, "NO WAY", NO, '"No way"'),
    (ENUM, EVERY, "maybe", NO, NO),
    (ENUM, EVERY, "", GONE, GONE),
    (ENUM, EVERY, "  ", NO, GONE),
    (a_field("v", values=("1", "2")), JSON, N("1"), NO, '"1"'),
    (Type.INTEGER, TEXTS, "5", "5", "5"),
    (Type.INTEGER, TEXTS, " \t5\r\n", "5", "5"),
    (Type.INTEGER, TEXTS, "-0", "0", "0"),
    (Type.INTEGER, TEXTS, "5.0", NO, "5"),
    (Type.INTEGER, TEXTS, "5e0", NO, "5"),
    (Type.INTEGER, JSON, N("5"), "5", "5"),
    (Type.INTEGER, JSON, N("5.0"), "5", "5"),
    (Type.INTEGER, JSON, N("5e0"), "5", "5"),
    (Type.INTEGER, JSON, N("-0"), "0", "0"),
    (Type.INTEGER, JSON, N("5.5"), NO, NO),
    (Type.INTEGER, JSON, N(100 * "9"), 100 * "9", 100 * "9"),
    (Type.INTEGER, JSON, N(101 * "9"), NO, NO),
    (Type.INTEGER, JSON, N("1e999999999"), NO, NO),
    (Type.INTEGER, JSON, "5", NO, "5"),
    (Type.INTEGER, JSON, " 5.0 ", NO, "5"),
    (Type.INTEGER, JSON, True, NO, NO),
    (Type.DECIMAL, TEXTS, " 12.50 ", "12.5", "12.5"),
    (Type.DECIMAL, TEXTS, "1e3", NO, "1000"),
    (Type.DECIMAL, JSON, N("1.5e3"), "1500", "1500"),
    (Type.DECIMAL, JSON, N("-0.0"), "0", "0"),
    (Type.DECIMAL, JSON, N("0.1000000000000000055"), "0.1000000000000000055", "0.1000000000000000055"),
    (Type.DECIMAL, JSON, "1.5", NO, "1.5"),
    (Type.DECIMAL, EVERY, "NaN", NO, NO),
    (Type.BOOLEAN, JSON, True, "true", "true"),
    (Type.BOOLEAN, JSON, False, "false", "false"),
    (Type.BOOLEAN, JSON, "true", NO, "true"),
    (Type.BOOLEAN, JSON, N("0"), NO, "false"),
    (Type.BOOLEAN, JSON, N("2"), NO, NO),
    (Type.BOOLEAN, TEXTS, " true ", "true", "true"),
    (Type.BOOLEAN, (Form.XML,), "0", "false", "false"),
    (Type.BOOLEAN, (Form.TEXT,), "1", NO, "true"),
    (Type.BOOLEAN, EVERY, "TRUE", NO, "true"),
    (Type.BOOLEAN, EVERY, "no", NO, "false"),
    (Type.BOOLEAN, EVERY, " On ", NO, "true"),
    (Type.BOOLEAN, EVERY, "perhaps", NO, NO),
    (Type.DATE, EVERY, " 2026-03-16 ", '"2026-03-16"', '"2026-03-16"'),
    (Type.DATE, EVERY, "2026-02-29", NO, NO),
    *(
        (Type.DATE, (Form.XML,), f"2026-03-16{offset}", '"2026-03-16"', '"2026-03-16"')
        for offset in ("Z", "+02:00", "-14:00", "+13:59")
    ),
    *(
        (Type.DATE, (Form.XML,), f"2026-03-16{offset}", NO, NO)
        for offset in ("z", " Z", "ZZ", "+14:01", "+2:00", "+01")
    ),
    (Type.DATE, (Form.JSON, Form.TEXT), "2026-03-16Z", NO, NO),
    (Type.DATE, JSON, N("20260316"), NO, NO),
    (Type.DATE_TIME, EVERY, " 2026-03-16T14:15:02+02:00 ", '"2026-03-16T12:15:02Z"', '"2026-03-16T12:15:02Z"'),
    (Type.DATE_TIME, EVERY, "2020-04-22 00:00:00.0000", NO, '"2020-04-22T00:00:00Z"'),
    (Type.DATE_TIME, EVERY, "1584368102", NO, '"2020-03-16T14:15:02Z"'),
    (Type.DATE_TIME, JSON, N("1584368102250"), NO, '"2020-03-16T14:15:02.25Z"'),
    (Type.DATE_TIME, EVERY, "2026-03-16T14:15:60Z", NO, NO),
    (Type.DURATION, TEXTS, " 90.50 ", "90.5", "90.5"),
    (Type.DURATION, TEXTS, "1e2", NO, "100"),
    (Type.DURATION, JSON, N("1e2"), "100", "100"),
    (Type.DURATION, JSON, "90", NO, "90"),
    (Type.DURATION, EVERY, "00:01:30", NO, "90"),
    (Type.DURATION, EVERY, "01:30", NO, "90"),
    (Type.DURATION, EVERY, "PT1M30S", NO, "90"),
    (Type.BASE64, EVERY, " aGk=\n", '"aGk="', '"aGk="'),
    (Type.BASE64, EVERY, "aGVs\r\nbG8=", '"aGVsbG8="', '"aGVsbG8="'),
    *((Type.BASE64, EVERY, wrong, NO, NO) for wrong in ("aGk", "aG k==", "aGl=", "a-_=", "@@@@", "=", "aGk=aGk=")),
    *((Type.BASE64, EVERY, blank, GONE, GONE) for blank in ("", " \t")),
    (Type.BASE64, (Form.TEXT,), b"\0\xff", '"AP8="', '"AP8="'),
    (Type.STRING, (Form.TEXT,), b"text", NO, NO),
    *(
        (kind, EVERY, blank, NO, GONE)
        for kind in SCALARS
        if kind not in (Type.STRING, Type.BASE64)
        for blank in ("", " \t")
    ),
    *((kind, EVERY, None, GONE, GONE) for kind in SCALARS),
    *((kind, JSON, nested, NO, NO) for kind in SCALARS for nested in ([], [N("1")], {}, {"a": "b"})),
    *((kind, JSON, False, NO, NO) for kind in SCALARS if kind is not Type.BOOLEAN),
]
CELLS = [
    (kind, form, raw, reading, expected)
    for kind, forms, raw, *results in TABLE
    for form in forms
    for reading, expected in zip((Reading.STRICT, Reading.LENIENT), results, strict=True)
]


def reader(*fields: Field, reading: Reading = Reading.LENIENT, zone: str = "UTC") -> Reader:
    return reader_for(an_event_type(*fields), reading, ZoneInfo(zone))


def paths(violations: list[Violation]) -> list[str]:
    return [one.path for one in violations]


@pytest.mark.parametrize(("kind", "form", "raw", "reading", "expected"), CELLS)
def test_a_value_is_read_as_the_table_says(
    kind: Type | Field, form: Form, raw: object, reading: Reading, expected: str | None
) -> None:
    field = kind if isinstance(kind, Field) else a_field("v", kind)
    data, violations = reader(field, reading=reading).examine([("v", raw)], form)
    wrong = ["/v"] if expected is NO else []
    assert (wrong, f'{{"v":{expected}}}' if expected else "{}") == (paths(violations), canonical_json(data).decode())


seconds = st.integers(-(10**12), 10**12).map(str)
decimals = st.decimals(-(10**12), 10**12, places=6).map(lambda number: format(number, "f"))
texts: dict[Type, st.SearchStrategy[str]] = {
    Type.STRING: st.text(max_size=20),
    Type.INTEGER: seconds,
    Type.DECIMAL: decimals,
    Type.BOOLEAN: st.sampled_from(["true", "false", "1", "0", "True", "no"]),
    Type.DATE: st.dates().map(str),
    Type.DATE_TIME: st.datetimes().map(lambda moment: moment.isoformat()) | seconds,
    Type.DURATION: decimals | st.sampled_from(["PT5M", "00:05:00"]),
    Type.BASE64: st.binary(max_size=20).map(lambda content: b64encode(content).decode()),
}
sent = st.sampled_from(SCALARS).flatmap(lambda kind: st.tuples(st.just(kind), texts[kind] | st.sampled_from(["", " "])))


@given(sent, st.sampled_from(Form), st.sampled_from([str, Number]))
def test_what_is_strict_is_read_leniently_with_the_same_result(
    sent: tuple[Type, str], form: Form, make: type[str]
) -> None:
    kind, text = sent
    pairs = [("v", make(text) if form is Form.JSON else text)]
    strictly, violations = reader(a_field("v", kind), reading=Reading.STRICT).examine(pairs, form)
    if not violations:
        assert (strictly, []) == reader(a_field("v", kind)).examine(pairs, form)


@given(decimals, st.sampled_from([Type.DECIMAL, Type.DURATION]), st.sampled_from(Reading))
def test_one_number_by_every_door_is_the_same_data(text: str, kind: Type, reading: Reading) -> None:
    one = reader(a_field("v", kind), reading=reading)
    by_json = one.data([("v", Number(text))], Form.JSON)
    assert by_json == one.data([("v", text)], Form.TEXT) == one.data([("v", f" {text} ")], Form.XML)
    assert Decimal(text) == by_json["v"]


@pytest.mark.parametrize("form", EVERY)
def test_a_date_time_without_an_offset_is_in_the_time_zone_of_the_source(form: Form) -> None:
    there = reader(a_field("at", Type.DATE_TIME), zone="America/New_York", reading=Reading.STRICT)
    data = there.data([("at", "2026-11-01T01:30:00")], form)
    assert {"at": "2026-11-01T05:30:00Z"} == data


@pytest.mark.parametrize("name", ["call_id", "callId", "CALL-ID", "CallID", "callid", "uii", "UII", "u-i_i"])
def test_lenient_names_fold(name: str) -> None:
    data = reader(a_field("call_id", aliases=("uii",))).data([(name, "1")], Form.TEXT)
    assert {"call_id": "1"} == data


@pytest.mark.parametrize("name", ["callId", "CALL_ID", "UII", "call-id"])
def test_strict_names_are_those_declared(name: str) -> None:
    strict = reader(a_field("call_id", aliases=("uii",)), reading=Reading.STRICT)
    assert {"call_id": "1"} == strict.data([("call_id", "1")], Form.JSON) == strict.data([("uii", "1")], Form.JSON)
    assert [f"/{name}"] == paths(strict.examine([(name, "1")], Form.JSON)[1])


TWO = (a_field("call_id", aliases=("uii", "interaction_id")), a_field("n", Type.INTEGER, aliases=("m",)))


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("uii", "b"), ("call_id", "a")], '{"call_id":"a","extra":{"uii":"b"}}'),
        ([("interaction_id", "c"), ("uii", "b")], '{"call_id":"b","extra":{"interaction_id":"c"}}'),
        ([("callId", "b"), ("call_id", "a")], '{"call_id":"a","extra":{"callId":"b"}}'),
        ([("uii", "b"), ("CallId", "a")], '{"call_id":"a","extra":{"uii":"b"}}'),
        ([("uii", "a"), ("call_id", "a")], '{"call_id":"a"}'),
        ([("uii", "b"), ("call_id", "")], '{"call_id":"b"}'),
        ([("uii", None), ("call_id", "a")], '{"call_id":"a"}'),
        ([("uii", ""), ("call_id", "a")], '{"call_id":"a"}'),
        ([("uii", ""), ("call_id", None)], "{}"),
        ([("m", "5.0"), ("n", Number("5"))], '{"n":5}'),
        ([("m", "x"), ("n", Number("5"))], '{"n":5,"extra":{"m":"x"}}'),
        ([("m", Number("6")), ("n", " ")], '{"n":6}'),
    ],
)
def test_of_two_lenient_names_the_first_that_is_not_absent_counts(
    pairs: list[tuple[str, object]], expected: str
) -> None:
    assert expected == canonical_json(reader(*TWO).data(pairs, Form.JSON)).decode()


@pytest.mark.parametrize(
    ("readings", "pairs", "expected"),
    [
        ([Reading.LENIENT], [("m", "5"), ("n", "x")], ["/n"]),  # the one that counts must be readable
        ([Reading.STRICT], [("call_id", "a"), ("uii", "a")], ["/call_id"]),
        (Reading, [("call_id", "a"), ("call_id", "a")], ["/call_id"]),
        (Reading, [("uii", "a"), ("uii", "b")], ["/call_id"]),
        (Reading, [("call_id", None), ("call_id", "")], ["/call_id"]),
        ([Reading.LENIENT], [("x", "a"), ("x", "a")], ["/x"]),
    ],
)
def test_two_names_in_the_strict_reading_and_a_repeated_key_in_both_are_violations(
    readings: Iterable[Reading], pairs: list[tuple[str, object]], expected: list[str]
) -> None:
    for reading in readings:
        assert expected == paths(reader(*TWO, reading=reading).examine(pairs, Form.TEXT)[1])


def test_what_is_unknown_is_refused_strictly_and_kept_leniently_as_sent_and_last() -> None:
    pairs = [("x/y", Number("1.50")), ("n", Number("1")), ("z", {"a": [None, True]}), ("extra", ""), ("call_id", "a")]
    kept = canonical_json(reader(*TWO).data(pairs, Form.JSON)).decode()
    assert '{"call_id":"a","n":1,"extra":{"x/y":1.50,"z":{"a":[null,true]},"extra":""}}' == kept
    refused = reader(*TWO, reading=Reading.STRICT).examine(pairs, Form.JSON)[1]
    assert ["/x~1y", "/z", "/extra"] == paths(refused)


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("pairs", [[], [("call_id", "")], [("call_id", None)]])
def test_a_required_field_that_is_absent_is_a_violation(reading: Reading, pairs: list[tuple[str, object]]) -> None:
    required = reader(a_field("call_id", required=True), a_field("other"), reading=reading)
    assert ({}, [Violation("/call_id", "is required")]) == required.examine(pairs, Form.JSON)


@pytest.mark.parametrize("reading", Reading)
def test_every_violation_is_told_at_once(reading: Reading) -> None:
    fields = (
        a_field("id", required=True),
        a_field("n", Type.INTEGER, maximum=Decimal(5)),
        a_field("name", max_length=2),
        a_field("ended", Type.BOOLEAN),
        a_field("fine"),
    )
    pairs = [("ended", "maybe"), ("name", "long"), ("n", "6"), ("fine", "a")]
    with pytest.raises(ContractViolation) as refused:
        reader(*fields, reading=reading).data(pairs, Form.TEXT)
    assert ["/id", "/n", "/name", "/ended"] == paths(list(refused.value.violations))
    assert "/id is required (and 3 more)" == refused.value.detail


def test_a_path_is_a_json_pointer() -> None:
    assert "/a~1b~0c" == pointer("a/b~c")


@pytest.mark.parametrize(
    ("violations", "expected"),
    [
        ([Violation("/a", "is required")], "/a is required"),
        ([Violation("", "is empty"), Violation("/b", "is wrong")], "the message is empty (and 1 more)"),
    ],
)
def test_a_summary_is_one_line(violations: list[Violation], expected: str) -> None:
    assert expected == summary(violations)

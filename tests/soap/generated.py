"""A contract with every type of field, nested ones and lists too, and generated SOAP messages of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from gateway.model.contract import Field, Type
from gateway.model.field_reading import Reading
from gateway.model.message import Message
from gateway.model.reading import reader_for
from gateway.soap.declared import Context, DeclaredService
from gateway.soap.document import parsed
from gateway.soap.envelope import NS11, Envelope, envelope_in
from tests.builders import NAMESPACE, a_contract, a_field, an_event_type

XSI = "http://www.w3.org/2001/XMLSchema-instance"

PERSON = (
    a_field("name", required=True, max_length=20, aliases=("full_name",)),
    a_field("born", Type.DATE),
    a_field("phones", list=True, max_length=16),
)
SEGMENT = (
    a_field("agent_id", required=True),
    a_field("began_at", Type.DATE_TIME),
    a_field("skills", list=True, required=True, max_length=8),
    a_field("agent", Type.OBJECT, of="person", fields=PERSON),
    a_field("talked", Type.DURATION, minimum=Decimal(0)),
)
FIELDS = (
    a_field("call_id", required=True, max_length=64),
    a_field("note", aliases=("remark",)),
    a_field("code", min_length=2, max_length=8, pattern="[A-Z]+[0-9]*"),
    a_field("colour", values=("red", "green", "blue")),
    a_field("segment", Type.INTEGER, minimum=Decimal(1), maximum=Decimal(500)),
    a_field("count", Type.INTEGER),
    a_field("total", Type.INTEGER, minimum=Decimal(-(2**40)), maximum=Decimal(2**40)),
    a_field("price", Type.DECIMAL, digits=8, fraction_digits=2),
    a_field("ratio", Type.DECIMAL),
    a_field("answered", Type.BOOLEAN),
    a_field("day", Type.DATE),
    a_field("started_at", Type.DATE_TIME),
    a_field("voice", Type.BASE64),
    a_field("tags", list=True, max_length=8),
    a_field("hops", Type.INTEGER, list=True, minimum=Decimal(1), maximum=Decimal(9)),
    a_field("customer", Type.OBJECT, of="person", fields=PERSON),
    a_field("segments", Type.OBJECT, list=True, of="segment", fields=SEGMENT),
    a_field("duration", Type.DURATION, required=True, minimum=Decimal(0)),
)
ALL_TYPES = a_contract(an_event_type(*FIELDS, aliases=("post-call",)))

Value = str | list["Value"] | dict[str, "Value"]
"""The text of a field; of a list or an object, of each of its own."""


def a_service(reading: Reading = Reading.STRICT) -> DeclaredService:
    readers = {name: reader_for(event, reading) for name, event in ALL_TYPES.events.items()}
    return DeclaredService(ALL_TYPES, readers)


@dataclass(frozen=True)
class Part:
    """An element, or the text between two where it has no name."""

    name: str
    text: str = ""
    attributes: str = ""
    children: tuple[Part, ...] = ()

    def xml(self) -> str:
        text = escape(self.text, {"\r": "&#13;"})
        if not self.name:
            return text
        inside = "".join(child.xml() for child in self.children)
        return f"<{self.name}{self.attributes}>{text}{inside}</{self.name}>"


def in_envelope(operation: str, soap: str = NS11) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{soap}" xmlns:xsi="{XSI}"><s:Header/><s:Body>{operation}</s:Body></s:Envelope>'
    ).encode()


def a_call(*parts: Part, soap: str = NS11) -> bytes:
    inside = "".join(part.xml() for part in parts)
    return in_envelope(f'<submitCallEnded xmlns="{NAMESPACE}"><callEnded>{inside}</callEnded></submitCallEnded>', soap)


def parts_of(values: Mapping[str, Value], fields: tuple[Field, ...] = FIELDS) -> tuple[Part, ...]:
    """The values of fields, in the schema's order."""
    return tuple(
        Part(field.name, children=parts_of(item, field.fields))
        if isinstance(item, dict)
        else Part(field.name, str(item))
        for field in fields
        if field.name in values
        for item in _items(values[field.name])
    )


def _items(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def read(service: DeclaredService, body: bytes) -> Message:
    return service.read(Context(envelope(body))).in_object[0]


def envelope(body: bytes) -> Envelope:
    return envelope_in(parsed(body))


def _plain(numbers: st.SearchStrategy[Decimal]) -> st.SearchStrategy[str]:
    return numbers.map(lambda number: format(number, "f"))


def _integers(low: int, high: int) -> st.SearchStrategy[str]:
    spelled = st.sampled_from(["{}", " {}", "{}\n", "\t{}  "])
    return st.builds(lambda number, form: form.format(number), st.integers(low, high), spelled)


def _date_time(moment: datetime, fraction: str, offset: str) -> str:
    return moment.isoformat()[:19] + fraction + offset


def _spaced(content: bytes, blanks: list[str]) -> str:
    """base64 as MIME libraries write it: with blanks anywhere."""
    text = base64.b64encode(content).decode()
    return (
        "".join(blank + text[place * 5 : place * 5 + 5] for place, blank in enumerate(blanks)) + text[len(blanks) * 5 :]
    )


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r <&>"),
    max_size=20,
)
_FIRST, _LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 - hypothesis wants its bounds naive
_FRACTIONS = st.just("") | st.from_regex(r"\.[0-9]{1,6}", fullmatch=True)
_OFFSETS = st.just("") | st.sampled_from(["Z", "+00:00", "-00:00", "+05:30", "+14:00", "-14:00", "-03:00", "+01:00"])
_TIMES = st.builds(_date_time, st.datetimes(_FIRST, _LAST), _FRACTIONS, _OFFSETS)
_DAYS = st.builds("{}{}".format, st.dates().map(lambda day: day.isoformat()), _OFFSETS)
_SECONDS = st.timedeltas(timedelta(0), timedelta(days=10)).map(lambda time: format(time.total_seconds(), ".6f"))
_WORDS = st.text(st.sampled_from("aZ09 -é😀"), min_size=1, max_size=8)


def _some(items: st.SearchStrategy[str] | st.SearchStrategy[dict[str, Value]]) -> st.SearchStrategy[list[Value]]:
    return st.lists(items, max_size=3)


def _object(
    fields: tuple[Field, ...], values: Mapping[str, st.SearchStrategy[Value]]
) -> st.SearchStrategy[dict[str, Value]]:
    required = {field.name for field in fields if field.required}
    return st.fixed_dictionaries(
        {name: one for name, one in values.items() if name in required},
        optional={name: one for name, one in values.items() if name not in required},
    )


_PERSONS = _object(PERSON, {"name": _WORDS, "born": _DAYS, "phones": _some(_WORDS)})
_SEGMENTS = _object(
    SEGMENT,
    {
        "agent_id": _WORDS,
        "began_at": _TIMES,
        "skills": st.lists(_WORDS, min_size=1, max_size=3),
        "agent": _PERSONS,
        "talked": _SECONDS,
    },
)
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "call_id": st.text(st.sampled_from("aZ09 -é😀"), min_size=1, max_size=64),
    "note": TEXT,
    "code": st.from_regex(r"[A-Z]{1,5}[0-9]{1,3}", fullmatch=True),
    "colour": st.sampled_from(["red", "green", "blue"]),
    "segment": _integers(1, 500),
    "count": _integers(-(10**90), 10**90),
    "total": _integers(-(2**40), 2**40),
    "price": _plain(st.decimals(-999999, 999999, places=2)),
    "ratio": _plain(st.decimals(-(10**20), 10**20, places=15)),
    "answered": st.sampled_from(["true", "false", "1", "0"]),
    "day": _DAYS,
    "started_at": _TIMES,
    "voice": st.builds(
        _spaced, st.binary(min_size=1, max_size=20), st.lists(st.sampled_from(["", " ", "\n"]), max_size=4)
    ),
    "tags": _some(_WORDS),
    "hops": _some(_integers(1, 9)),
    "customer": _PERSONS,
    "segments": _some(_SEGMENTS),
    "duration": _SECONDS,
}
"""Texts that a strict reading takes, for each field."""

messages = _object(FIELDS, VALUES)
"""Valid messages, as the text of each field."""

"""Forms and queries: text throughout, nested by brackets or dots, in the charset that somebody says or that fits."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

import pytest

from gateway.errors import ContractViolation, Malformed, TooLarge, UnsupportedMedia
from gateway.model.field_reading import Reading
from gateway.model.json_text import MAX_VALUES
from gateway.model.reading import Data
from gateway.model.request import Request
from tests.bindings.test_http import FORM, LENIENT, STRICT, sent
from tests.bodies import read, refused, violations

GUESSED = "the {} is not UTF-8 and names no charset; it was read as Windows-1252"
PARTY = {"name": "b", "phones": ["1", "2"]}


def form(body: str | bytes, content_type: str = FORM) -> Request:
    return sent(body, content_type)


def query(text: str) -> Request:
    return sent(query=text, content_type=None, method="GET")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tags=b&tags=a&tags=b", {"tags": ["b", "a", "b"]}),
        ("tags[]=b&tags[]=a", {"tags": ["b", "a"]}),
        ("tags%5B%5D=b&tags%5B1%5D=c&tags%5B0%5D=a", {"tags": ["b", "a", "c"]}),
        ("tags[1]=b&tags[0]=a", {"tags": ["a", "b"]}),
        ("tags.1=b&tags.0=a", {"tags": ["a", "b"]}),
        ("tags[7]=b&tags[3]=a", {"tags": ["a", "b"]}),
        ("tags=a", {"tags": ["a"]}),
        ("tags=", {}),
        ("customer[name]=Zo%C3%AB", {"customer": {"name": "Zoë"}}),
        ("customer.name=b&customer.phones=1&customer[phones]=2", {"customer": PARTY}),
        ("customer[phones][1]=2&customer[phones][0]=1&customer[name]=b", {"customer": PARTY}),
        ("segments[0][agent_id]=7", {"segments": [{"agent_id": "7"}]}),
        ("segments[0].agent_id=7&segments.1.agent_id=8", {"segments": [{"agent_id": "7"}, {"agent_id": "8"}]}),
        ("segments[9][agent_id]=9&segments[10][agent_id]=10", {"segments": [{"agent_id": "9"}, {"agent_id": "10"}]}),
        (
            "segments[0][party][name]=b&segments[0][party][phones][]=1&segments[0].party.phones=2",
            {"segments": [{"party": PARTY}]},
        ),
        ("photos=AA==&photos=Ag%3D%3D&voice=A%0AA==", {"voice": "AA==", "photos": ["AA==", "Ag=="]}),
        ("count=+7+", {"count": 7}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_lists_and_objects_are_read_from_flat_names(text: str, expected: Data, reading: Reading) -> None:
    text = f"call_id=1&{text}"
    assert [{"call_id": "1"} | expected] == read(form(text), reading) == read(query(text), reading)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Customer[Name]=b", {"customer": {"name": "b"}}),
        ("SEGMENTS.0.agentId=7", {"segments": [{"agent_id": "7"}]}),
        ("customer[name]=b&customer[vip]=1", {"customer": {"name": "b", "extra": {"vip": "1"}}}),
        ("customer=&customer[name]=b", {"customer": {"name": "b"}}),
        ("customer=", {}),
        ("other[a][b]=1&other[a][b]x=2&a.b=", {"extra": {"other[a][b]": "1", "other[a][b]x": "2", "a.b": ""}}),
        ("=1", {"extra": {"": "1"}}),
        ("flag", {"extra": {"flag": ""}}),
        ("payload=%7B%22a%22%3A1%7D", {"extra": {"payload": '{"a":1}'}}),
    ],
)
def test_a_lenient_reading_finds_a_name_however_it_is_written_and_keeps_what_is_unknown_flat(
    text: str, expected: Data
) -> None:
    text = f"call_id=1&{text}"
    assert [{"call_id": "1"} | expected] == read(form(text)) == read(query(text))


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("customer=b", "/customer", "must be an object, not text"),
        ("customer=b&customer[name]=c", "/customer", "must be an object, not text"),
        ("customer[name]=b&customer[name]=c", "/customer/name", "is sent twice"),
        ("customer[name][first]=b", "/customer/name", "must be text, not an object"),
        ("customer[name]=b&customer[name][first]=c", "/customer/name", "is sent twice"),
        ("customer[phones]=1", "/customer/name", "is required"),
        ("segments=7", "/segments/0", "must be an object, not text"),
        ("segments[x][agent_id]=7", "/segments", "is a list: 'x' is no index of it"),
        ("segments[][agent_id]=7", "/segments", "is a list: '' is no index of it"),
        ("segments[-1][agent_id]=7", "/segments", "is a list: '-1' is no index of it"),
        ("segments[1234567][agent_id]=7", "/segments", "is a list: '1234567' is no index of it"),
        ("segments[0][agent_id]=7&segments[0][agent_id]=8", "/segments/0/agent_id", "is sent twice"),
        ("tags[0]=a&tags[0]=b", "/tags/0", "is sent twice"),
        ("tags[0][x]=a", "/tags/0", "must be text, not an object"),
        ("count=7&count=7", "/count", "is sent twice"),
        ("voice=*", "/voice", 'must be base64, not "*"'),
        ("notes=%00", "/notes", "must not contain NUL (U+0000)"),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_what_does_not_fit_is_a_violation_with_its_path(text: str, path: str, message: str, reading: Reading) -> None:
    for request in (form(f"call_id=1&{text}"), query(f"call_id=1&{text}")):
        assert [(path, message)] == violations(refused(request, ContractViolation, reading))


@pytest.mark.parametrize("name", ["Customer[name]", "other", "other[a]", "customer[Name]", "tags[", "[tags]", "flag"])
def test_a_strict_reading_refuses_a_name_that_is_not_declared(name: str) -> None:
    text = f"call_id=1&customer[name]=b&{name}=1"
    ((path, message),) = violations(refused(form(text), ContractViolation, STRICT))
    assert path in (f"/{name}", "/customer/Name")
    assert "is not a field of this event" == message


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("iso-8859-1", "latin-1"), ('"Windows-1252"', "cp1252"), ("koi8-r", "koi8-r"), ("gbk", "gbk")],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_a_form_is_in_the_charset_that_its_header_says(charset: str, codec: str, reading: Reading) -> None:
    text = "Я" if codec in ("koi8-r", "gbk") else "ÿ"
    raw, escaped = text.encode(codec), quote_from_bytes(text.encode(codec)).encode()
    for value in (raw, escaped):
        request = form(b"notes=" + value + b"&call_id=" + value, f"{FORM}; charset={charset}")
        assert [{"call_id": text, "notes": text}] == read(request, reading)
        assert [] == request.notes


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_form_is_in_the_charset_that_its_mark_says(encoding: str) -> None:
    request = form("call_id=Zoë&notes=%41".encode(encoding), f"{FORM}; charset=koi8-r")
    assert [{"call_id": "Zoë", "notes": "A"}] == read(request, STRICT)
    assert [] == request.notes


def test_without_a_charset_a_form_is_utf_8() -> None:
    request = form("call_id=%C3%AB&notes=ë")
    assert [{"call_id": "ë", "notes": "ë"}] == read(request, STRICT)
    assert [] == request.notes


@pytest.mark.parametrize("body", ["call_id=%80&notes=%EB", "call_id=\x80&notes=\xeb", "call_id=%80&notes=\xeb"])
def test_what_is_not_utf_8_is_leniently_windows_1252_and_its_sender_is_told(body: str) -> None:
    for noun, request in (("form", form(body.encode("latin-1"))), ("query", query(body))):
        assert [{"call_id": "€", "notes": "ë"}] == read(request)
        assert [GUESSED.format(noun)] == request.notes


@pytest.mark.parametrize(
    ("body", "content_type", "reading", "why"),
    [
        ("call_id=%80", FORM, STRICT, "the form is not utf-8, or a percent-encoded value in it is not"),
        ("call_id=%81", FORM, LENIENT, "the form is not cp1252, or a percent-encoded value in it is not"),
        ("call_id=%E9", f"{FORM}; charset=utf-8", LENIENT, "the form is not utf-8"),
        ("call_id=%FF", f"{FORM}; charset=us-ascii", LENIENT, "the form is not ascii"),
        ("call_id=%ED%A0%80", f"{FORM}; charset=utf-8", LENIENT, "the form is not utf-8"),
    ],
)
def test_what_is_not_in_its_charset_is_malformed(body: str, content_type: str, reading: Reading, why: str) -> None:
    assert why in refused(form(body, content_type), Malformed, reading).detail


@pytest.mark.parametrize("charset", ["utf-7", "klingon"])
def test_a_charset_that_we_do_not_read_is_unsupported(charset: str) -> None:
    refused(form("call_id=1", f"{FORM}; charset={charset}"), UnsupportedMedia)


def test_as_many_fields_as_the_limit_are_read_and_one_more_is_too_many() -> None:
    most = "call_id=1" + "&tags=a" * (MAX_VALUES - 1)
    assert MAX_VALUES - 1 == len(read(form(most))[0]["tags"])
    for noun, request in (("form", form(most + "&tags=a")), ("query", query(most + "&tags=a"))):
        assert f"the {noun} has more than {MAX_VALUES} fields" == refused(request, TooLarge).detail


def test_a_parameter_that_an_authenticator_reads_is_no_field() -> None:
    request = query("call_id=1&key=hunter2&KEY=2&other=3")
    request.secret_parameters = frozenset({"key"})
    assert [{"call_id": "1", "extra": {"KEY": "2", "other": "3"}}] == read(request)


def test_a_field_of_the_body_may_be_called_as_a_parameter_that_an_authenticator_reads() -> None:
    request = sent("call_id=1&key=mine", FORM, query="key=hunter2", secret_parameters=frozenset({"key"}))
    assert [{"call_id": "1", "extra": {"key": "mine"}}] == read(request)

"""Bodies in every format, of the payload itself and of what a configuration says."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.errors import Refused
from gateway.model.body import Body, Format, Rendered, flat
from gateway.model.canonical import canonical_json
from gateway.model.original import Original
from gateway.model.payload import Payload
from gateway.model.scope import Scope
from gateway.model.template import Unresolved
from tests.builders import an_event

DATA = b'{"id":"a<b","n":1.50,"tags":["x","y"],"who":{"name":"Zo\xc3\xab"},"legs":[{"to":"7"}]}'
SCHEMA = {"dataschema": "urn:example:calls:v1#call.ended"}
VALUES = st.text(max_size=30)


def a_payload(data: bytes = DATA, **fields: object) -> Payload:
    event = an_event(data=data, attributes=SCHEMA)
    return Payload(Scope(event, fields=fields or None), {})


def content(format_: str | None, given: object = None, payload: Payload | None = None) -> bytes:
    return Body.of(Format(format_) if format_ else None, given).rendered(payload or a_payload()).content


def test_by_itself_an_event_is_a_structured_cloudevent_and_fields_are_json_beside_its_attributes() -> None:
    whole, fields = (Body().rendered(one) for one in (a_payload(), a_payload(CallerId="7")))
    assert (DATA.decode(), "application/cloudevents+json") == (
        json.dumps(json.loads(whole.content)["data"], separators=(",", ":"), ensure_ascii=False).replace(
            "1.5,", "1.50,"
        ),
        whole.content_type,
    )
    assert (b'{"CallerId":"7"}', "application/json", "call.ended") == (
        fields.content, fields.content_type, fields.headers["ce-type"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("format_", "expected", "content_type"),
    [
        ("json", DATA, "application/json"),
        ("binary", DATA, "application/json"),
        (
            "form",
            b"id=a%3Cb&n=1.50&tags=x&tags=y&who%5Bname%5D=Zo%C3%AB&legs%5B0%5D%5Bto%5D=7",
            "application/x-www-form-urlencoded",
        ),
        (
            "xml",
            '<?xml version="1.0" encoding="UTF-8"?>\n<callEnded xmlns="urn:example:calls:v1"><id>a&lt;b</id><n>1.50</n>'
            "<tags>x</tags><tags>y</tags><who><name>Zoë</name></who><legs><to>7</to></legs></callEnded>".encode(),
            "application/xml; charset=utf-8",
        ),
    ],
)
def test_the_data_is_written_in_each_format(format_: str, expected: bytes, content_type: str) -> None:
    rendered = Body.of(Format(format_), None).rendered(a_payload())
    assert (expected, content_type) == (rendered.content, rendered.content_type)


def test_a_batch_holds_one_event_and_binary_mode_has_its_attributes_as_headers() -> None:
    (one,) = json.loads(content("batch"))
    assert "call.ended" == one["type"]
    headers = Body(Format.BINARY).rendered(a_payload()).headers
    assert ("1.0", "/in/pbx", "urn:example:calls:v1#call.ended") == (
        headers["ce-specversion"], headers["ce-source"], headers["ce-dataschema"],
    )  # fmt: skip


def test_a_query_has_no_body() -> None:
    rendered = Body.of(Format.QUERY, {"id": "#id#"}).rendered(a_payload())
    assert (b"", "id=a%3Cb") == (rendered.content, rendered.query)


def test_raw_is_the_call_that_brought_the_event_byte_for_byte() -> None:
    call = Original("POST", {}, "text/xml; charset=latin-1", b"<a>\xe9</a>")
    rendered = Body(Format.RAW).rendered(Payload(Scope(an_event(), lambda: call), {}))
    assert (call.body, call.content_type) == (rendered.content, rendered.content_type)
    with pytest.raises(Refused, match="no longer kept"):
        content("raw")


@pytest.mark.parametrize(
    ("format_", "given_body", "expected"),
    [
        (None, {"a": "#n#", "b": "x #n#", "c": "#nope?#", "e": 0.1}, b'{"a":1.50,"b":"x 1.50","e":0.1}'),
        (None, ["#who#", 5, True], b'[{"name":"Zo\xc3\xab"},5,true]'),
        ("json", '{"a": #n#, "b": "#tags#", "#": ["#nope?#", "\\"#id#"]}', b'{"a":1.50,"b":["x","y"],"#":["\\"a<b"]}'),
        ("form", "a=#n#&a=#id#&b=", b"a=1.50&a=a%3Cb&b="),
        ("form", {"t": "#tags#", "u": "#who#"}, b"t=x&t=y&u%5Bname%5D=Zo%C3%AB"),
        ("xml", '<a b="#id#">#n#</a>', b'<a b="a&lt;b">1.50</a>'),
        ("text", "#id# took #n|.1f# s", b"a<b took 1.5 s"),
    ],
)  # fmt: skip
def test_what_the_configuration_says_is_filled(format_: str | None, given_body: object, expected: bytes) -> None:
    assert expected == content(format_, given_body)


@pytest.mark.parametrize(
    ("format_", "given_body", "why"),
    [
        (None, "#id#", "`format` must say"),
        ("text", None, "needs a `body`"),
        ("text", {"a": 1}, "must be text"),
        ("cloudevent", "x", "by the format cloudevent itself"),
        ("raw", {}, "by the format raw itself"),
        ("json", '{"a": ', "Expecting value"),
        ("xml", "<a>#id#", "no well-formed XML"),
        ("xml", "<#id#/>", "where no value can stand"),
        ("xml", "<a><!-- #id# --></a>", "where no value can stand"),
        ("xml", "<a><![CDATA[#id#]]></a>", "where no value can stand"),
        ("xml", "<a><?p #id#?></a>", "where no value can stand"),
        ("xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>#id#</a>", "DOCTYPE"),
        ("xml", "<?xml version='1.0' encoding='latin-1'?><a/>", "sent as UTF-8"),
    ],
)
def test_a_body_that_cannot_be_sent_is_told_when_it_is_configured(
    format_: str | None, given_body: object, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        Body.of(Format(format_) if format_ else None, given_body)


@pytest.mark.parametrize(
    ("format_", "given_body"), [("json", '{"a": #nope#}'), ("text", "#who.nope#"), ("xml", "<a>#nope#</a>")]
)
def test_a_tag_without_a_value_is_named(format_: str, given_body: str) -> None:
    with pytest.raises(Unresolved, match=r"^unresolved tag #(who\.)?nope#$"):
        content(format_, given_body)


def test_a_character_that_xml_cannot_hold_makes_no_broken_document() -> None:
    for given_body in (None, "<a>#id#</a>"):
        with pytest.raises(Unresolved, match="a character that XML can't hold"):
            content("xml", given_body, a_payload(b'{"id":"\\u0001"}'))


@given(VALUES)
def test_no_value_can_break_out_of_json_or_a_form(value: str) -> None:
    payload = a_payload(canonical_json({"id": value}))
    assert {"a": value, "b": f"x{value}"} == json.loads(content("json", '{"a": #id#, "b": "x#id#"}', payload))
    assert [("a", value), ("b", "1")] == parse_qsl(
        content("form", "a=#id#&b=1", payload).decode(), keep_blank_values=True
    )


@given(st.text(max_size=30).filter(str.isprintable) | st.text("<>&'\"]\t\n\r-!", max_size=12))
def test_no_value_can_break_out_of_xml(value: str) -> None:
    payload = a_payload(canonical_json({"id": value}))
    root = etree.fromstring(content("xml", "<a b='#id#' c=\"#id#\"><d>#id#</d></a>", payload))
    if not any(ord(character) in (0xFFFE, 0xFFFF) for character in value):
        assert [value, value, value] == [root.get("b"), root.get("c"), root[0].text or ""]


@given(st.dictionaries(VALUES.filter(bool), VALUES, max_size=4))
def test_any_data_makes_a_document(data: dict[str, str]) -> None:
    cleaned = {name: "".join(c for c in text if c.isprintable()) for name, text in data.items() if name.isprintable()}
    root = etree.fromstring(content("xml", None, a_payload(canonical_json(cleaned))))
    assert list(cleaned.values()) == [one.text or "" for one in root]


def test_data_of_too_many_levels_is_no_form() -> None:
    nested: object = "x"
    for _ in range(100):
        nested = {"a": nested}
    with pytest.raises(Refused, match="too many levels"):
        list(flat(nested))


SCRIPT = (
    b'{"id":"a<b","n":1.50,"who":{"name":"Zo\xc3\xab"},"extra":{"colour":"red","id":"other","two words":["x","y"]}}'
)
REST = '"n":1.50,"who":{"name":"Zoë"},"colour":"red","two words":["x","y"]}'
XML = (
    "<s:a xmlns:s='u'><s:id/><b><n/></b><!-- </c> --><n>1.50</n><who><name>Zoë</name></who><colour>red</colour>"
    '<field name="two words">x</field><field name="two words">y</field></s:a>\n'
)


def everything(format_: str | None, given: object, payload: Payload | None = None, *parameters: str) -> Rendered:
    body = Body.of(Format(format_) if format_ else None, given).with_rest(parameters)
    return body.rendered(payload or a_payload(SCRIPT))


@pytest.mark.parametrize(
    ("format_", "given_body", "expected"),
    [
        (None, {"key": "#id#"}, '{"key":"a<b","id":"a<b",' + REST),
        ("json", '{"id": 7, "n": #nope?#}', '{"id":7,' + REST.removeprefix('"n":1.50,')),
        ("json", None, '{"id":"a<b",' + REST),
        ("form", "id=1&who=2", "id=1&who=2&n=1.50&colour=red&two+words=x&two+words=y"),
        ("xml", "<s:a xmlns:s='u'><s:id/><b><n/></b><!-- </c> --></s:a>\n", XML),
    ],
)  # fmt: skip
def test_all_else_may_go_along_by_its_own_name_and_what_the_body_names_wins(
    format_: str | None, given_body: object, expected: str
) -> None:
    assert expected == everything(format_, given_body).content.decode()


def test_in_a_query_what_the_url_has_already_is_not_sent_twice() -> None:
    rendered = everything("query", {"key": "#id#"}, None, "n", "who")
    assert (b"", "key=a%3Cb&id=a%3Cb&colour=red&two+words=x&two+words=y") == (rendered.content, rendered.query)
    assert b"id=a%3Cb&n=1" == everything("form", None, a_payload(b'{"id":"a<b","n":1}'), "n").content


def test_of_one_name_a_routes_field_comes_before_the_data() -> None:
    payload = a_payload(b'{"id":"x","n":1}', n="from the route", more=True)
    assert b'{"n":"from the route","more":true,"id":"x"}' == everything("json", None, payload).content
    assert (
        b"<callEnded><n>from the route</n><more>true</more><id>x</id></callEnded>"
        in everything("xml", None, payload).content
    )


@pytest.mark.parametrize(
    ("format_", "given_body", "why"),
    [
        (None, None, "the whole event is sent already"),
        ("cloudevent", None, "the whole event is sent already"),
        ("batch", None, "the whole event is sent already"),
        ("raw", None, "the call is sent as it came"),
        ("text", "#id#", "a text has no names"),
        ("json", "[1]", "the body is a list"),
        (None, ["#id#"], "the body is a list"),
        ("xml", "<a/>", "must end with its root's end tag"),
        ("xml", "<a></a><!-- </a-->", "must end with its root's end tag"),
    ],
)
def test_where_nothing_can_be_added_that_is_told(format_: str | None, given_body: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        everything(format_, given_body)

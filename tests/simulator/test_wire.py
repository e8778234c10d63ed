"""A post on the wire: whichever way it is written, somebody else's parser finds the same names and values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

import pytest

from gateway.simulator.calls import Call
from gateway.simulator.posts import Post
from gateway.simulator.variants import PROTOCOLS, Variant
from gateway.simulator.wire import Written, camel_case, written
from tests.simulator.test_calls import played

URL = "http://127.0.0.1:8080/in/contact-centre"
_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
Pairs = list[tuple[str, str]]


def _children(parent: ET.Element) -> Pairs:
    return [(child.tag, child.text or "") for child in parent]


def _query(sent: Written) -> Pairs:
    return parse_qsl(urlsplit(sent.url).query, keep_blank_values=True)


def _form(sent: Written) -> Pairs:
    return parse_qsl((sent.body or b"").decode("ascii"), keep_blank_values=True)


def _json(sent: Written) -> Pairs:
    return list(json.loads(sent.body or b"").items())


def _xml(sent: Written) -> Pairs:
    return _children(ET.fromstring(sent.body or b""))


def _soap(sent: Written) -> Pairs:
    return _children(ET.fromstring(sent.body or b"")[0][0])


PARSERS: dict[str, Callable[[Written], Pairs]] = {
    "form": _form, "json": _json, "query": _query, "xml": _xml, "soap": _soap,
}  # fmt: skip


def a_call(protocol: str, variant: Variant | None = None) -> Call:
    return next(call for call in played(100, protocol) if variant is None or variant in call.plan.variants)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_written_reads_back_as_it_was_said(protocol: str) -> None:
    for call in played(100, "form"):
        plan = replace(call.plan, protocol=protocol, has_camel_case=False)
        for post in call.posts:
            said = [*((one.tag, one.text) for one in post.said), *post.script]
            assert said == PARSERS[protocol](written(post, plan, URL))


@pytest.mark.parametrize(
    ("protocol", "method", "content_type"),
    [
        ("form", "POST", "application/x-www-form-urlencoded"),
        ("json", "POST", "application/json"),
        ("query", "GET", None),
        ("xml", "POST", "application/xml"),
        ("soap", "POST", "text/xml; charset=utf-8"),
    ],
)
def test_each_protocol_goes_to_its_own_place(protocol: str, method: str, content_type: str | None) -> None:
    call = a_call(protocol)
    sent = written(call.posts[0], call.plan, URL)
    address = URL if protocol == "soap" else f"{URL}/{call.posts[0].path}"
    assert (method, address, content_type) == (sent.method, sent.url.split("?")[0], sent.headers.get("Content-Type"))


def test_a_form_is_escaped_as_java_does() -> None:
    call = a_call("form")
    connect = next(post for post in call.posts if post.path == "agent-connect")
    phone = replace(connect, said=tuple(replace(one, text="1650*1212@RC x+y") for one in connect.said[:1]))
    assert b"uii=1650*1212%40RC+x%2By" == written(phone, call.plan, URL).body


def test_a_secret_that_stands_in_the_url_comes_before_the_pairs() -> None:
    call = a_call("query")
    assert written(call.posts[0], call.plan, URL, {"key": "a b"}).url.startswith(
        f"{URL}/{call.posts[0].path}?key=a+b&uii="
    )
    assert written(call.posts[0], a_call("soap").plan, URL, {"key": "x"}).url == f"{URL}?key=x"


def test_json_has_one_of_two_spellings_and_texts_alone() -> None:
    spellings = set()
    for call in played(60, "json"):
        if Variant.BROKEN not in call.plan.variants:
            body = json.loads(written(call.posts[0], call.plan, URL).body or b"")
            spellings |= {name for name in body if name in {"call_start", "callStart"}}
            assert {str} == {type(value) for value in body.values()}
    assert {"call_start", "callStart"} == spellings
    assert "sessDuration" == camel_case("sess_duration")


def _broken(post: Post, call: Call) -> bool:
    try:
        json.loads(written(post, call.plan, URL).body or b"")
    except ValueError:
        return True
    return False


def test_json_is_broken_where_notes_have_quotes_or_line_breaks_and_nowhere_else() -> None:
    for call in played(100, "json"):
        for post in call.posts:
            notes = post.means.get("notes", "")
            is_expected = Variant.BROKEN in call.plan.variants and bool(re.search('["\n]', str(notes)))
            assert is_expected == _broken(post, call)
    call = a_call("json", Variant.BROKEN)
    assert any(_broken(post, call) for post in call.posts)


def test_soap_is_an_rpc_call_with_typed_unqualified_parameters() -> None:
    call = a_call("soap")
    end = next(post for post in call.posts if post.path == "agent-termination")
    sent = written(end, call.plan, URL)
    operation = ET.fromstring(sent.body or b"").find(f"{_ENVELOPE}Body/{{urn:acme:calls}}agentTermination")
    assert operation is not None
    assert "http://schemas.xmlsoap.org/soap/encoding/" == operation.get(f"{_ENVELOPE}encodingStyle")
    assert {"xsd:string"} == {child.get(_TYPE) for child in operation}
    assert '""' == sent.headers["SOAPAction"]

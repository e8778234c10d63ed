"""Headers and first bytes tell the dialect, before anything is parsed."""

from __future__ import annotations

import pytest

from gateway.bindings.recognise import LOOKED_AT, recognise
from gateway.model.request import Dialect
from gateway.soap.envelope import NS11, NS12
from tests.builders import a_request

HTTP, SOAP11, SOAP12 = Dialect.HTTP, Dialect.SOAP11, Dialect.SOAP12
ENVELOPE11 = f'<s:Envelope xmlns:s="{NS11}"><s:Body/></s:Envelope>'
ENVELOPE12 = ENVELOPE11.replace(NS11, NS12)


def dialect_of(body: str | bytes = b"", **headers: str) -> Dialect:
    sent = body.encode() if isinstance(body, str) else body
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return recognise(a_request(sent, headers=names, loaded=False))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"content_type": "application/soap+xml"}, SOAP12),
        ({"content_type": 'Application/SOAP+XML; charset=utf-8; action="urn:x"'}, SOAP12),
        ({"content_type": "application/soap+xml", "soapaction": '""'}, SOAP12),
        ({"soapaction": '"urn:x"', "content_type": "text/xml"}, SOAP11),
        ({"soapaction": ""}, SOAP11),
        ({"soapaction": "urn:x", "content_type": "application/json"}, SOAP11),
        ({"content_type": "text/xml"}, HTTP),
        ({"content_type": "application/json"}, HTTP),
        ({}, HTTP),
    ],
)
def test_headers_tell_where_they_can(headers: dict[str, str], expected: Dialect) -> None:
    assert expected == dialect_of(b"", **headers) == dialect_of(b"{}", **headers)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ENVELOPE11, SOAP11),
        (ENVELOPE12, SOAP12),
        (f'<Envelope xmlns="{NS12}"/>', SOAP12),
        (f"<s:Envelope\n\txmlns:x='{NS11}' xmlns:s = '{NS12}'\n>", SOAP12),
        (f'<a.b-c:Envelope xmlns:a.b-c="{NS12}"/>', SOAP12),
        ('<Envelope xmlns="urn:unknown"/>', SOAP11),
        ("<Envelope/>", SOAP11),
        ('<?xml version="1.0" encoding="utf-8"?>\r\n' + ENVELOPE12, SOAP12),
        (f"<!-- {ENVELOPE11} -->\n<?target <Envelope/>?>{ENVELOPE12}", SOAP12),
        ('<!DOCTYPE a [<!ENTITY b "<c>">]>' + ENVELOPE12, SOAP12),
        ("<!DOCTYPE a SYSTEM 'x.dtd'>" + ENVELOPE11, SOAP11),
        ("  \r\n" + ENVELOPE12, SOAP12),
        (" " * (LOOKED_AT - 200) + ENVELOPE11, SOAP11),
        (" " * LOOKED_AT + ENVELOPE11, HTTP),
        (f"<callEnded>{ENVELOPE11}</callEnded>", HTTP),
        ("<Envelopes/>", HTTP),
        ("<envelope/>", HTTP),
        ("<!-- only a comment -->", HTTP),
        ('{"call_id": "1"}', HTTP),
        ('{"notes": "<Envelope/>"}', HTTP),
        ("notes=<Envelope/>", HTTP),
        ("call_id=1", HTTP),
    ],
)
@pytest.mark.parametrize(
    "content_type", ["", "text/xml", "application/xml; charset=utf-8", "application/rss+xml", "text/plain"]
)
def test_the_first_element_of_an_xml_or_untyped_body_tells(body: str, expected: Dialect, content_type: str) -> None:
    headers = {"content_type": content_type} if content_type else {}
    assert expected == dialect_of(body, **headers)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["", '<?xml version="1.0"?>\n', "<!-- é -->"])
def test_an_envelope_is_found_in_every_encoding(encoding: str, before: str) -> None:
    found = [dialect_of((before + envelope).encode(encoding)) for envelope in (ENVELOPE11, ENVELOPE12, "<other/>")]
    assert [SOAP11, SOAP12, HTTP] == found


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "multipart/related", "text/html"]
)
def test_a_body_that_says_it_is_something_else_is_not_looked_into(content_type: str) -> None:
    assert dialect_of(ENVELOPE12, content_type=content_type) is HTTP


def test_a_chunked_body_is_looked_into() -> None:
    assert dialect_of(ENVELOPE12, transfer_encoding="chunked") is SOAP12


def test_looking_takes_nothing_from_the_body() -> None:
    body = (ENVELOPE12 + " " * 10_000).encode()
    request = a_request(body, loaded=False)
    recognise(request)
    request.load(len(body))
    assert body == request.body


def test_a_request_keeps_its_dialect() -> None:
    request = a_request(ENVELOPE12.encode())
    recognise(request)
    request.headers = {"content-type": "application/json"}
    assert recognise(request) is SOAP12

"""What SOAP toolkits put around and beside the values: headers, actions, versions, types, nil, comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.soap.envelope import NS11, NS12
from tests.soap.calling import BOTH, MINIMAL, NAMESPACE, TYPES, Endpoint, a_call, an_envelope, submitted

ADDRESSING = "http://www.w3.org/2005/08/addressing"
SOURCES = pytest.mark.parametrize("source", ["strict", "lenient"])
ENCODINGS = {NS11: "http://schemas.xmlsoap.org/soap/encoding/", NS12: "http://www.w3.org/2003/05/soap-encoding"}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    made = Endpoint.of(tmp_path_factory.mktemp("clients"))
    yield made
    made.store.close()


def headed(blocks: str, soap: str) -> str:
    return an_envelope(submitted(), soap, header=f"<s:Header>{blocks}</s:Header>")


@BOTH
def test_ws_addressing_is_understood(endpoint: Endpoint, soap: str) -> None:
    blocks = "".join(
        f'<a:{name} xmlns:a="{ADDRESSING}" s:mustUnderstand="1">urn:x</a:{name}>'
        for name in ("To", "Action", "MessageID")
    )
    assert {"call_id": "4711"} == endpoint.data(headed(blocks, soap), soap)


@BOTH
def test_a_header_that_must_be_understood_is_named_in_the_fault(endpoint: Endpoint, soap: str) -> None:
    block = '<t:Transaction xmlns:t="urn:t" s:mustUnderstand="1">5</t:Transaction>'
    refused = endpoint.refused(headed(block, soap), soap)
    assert (500, "MustUnderstand", "not_understood") == (refused.status, refused.code, refused.reason)
    assert "{urn:t}Transaction" in refused.message


@BOTH
@pytest.mark.parametrize("block", ['<h xmlns="urn:h" s:mustUnderstand="0"/>', '<h xmlns="urn:h">ignored</h>'])
def test_any_other_header_is_ignored(endpoint: Endpoint, soap: str, block: str) -> None:
    assert {"call_id": "4711"} == endpoint.data(headed(block, soap), soap)


@BOTH
@pytest.mark.parametrize("other", ["http://www.w3.org/2001/12/soap-envelope", "urn:x"])
def test_an_envelope_of_another_version_is_a_mismatch_told_in_the_callers_own(
    endpoint: Endpoint, soap: str, other: str
) -> None:
    refused = endpoint.refused(a_call().replace(NS11, other), soap)
    assert (500, "VersionMismatch", "version_mismatch") == (refused.status, refused.code, refused.reason)


@pytest.mark.parametrize(
    "action",
    [
        f'"{NAMESPACE}:submitCallEnded"', f"{NAMESPACE}:submitCallEnded", '""', "", " ", '"urn:something:else"',
        "submitCallNoted", "ü",
    ],
)  # fmt: skip
def test_a_soap_action_says_nothing_of_the_operation(endpoint: Endpoint, action: str) -> None:
    answer = endpoint.call(a_call(), HTTP_SOAPACTION=action)
    assert (200, TYPES[NS11]) == (answer.status, answer.content_type)
    assert b"submitCallEndedResponse" in answer.body


@pytest.mark.parametrize("action", ['; action="urn:x"', "; action=urn:x", '; action=""', ""])
def test_nor_does_the_action_of_a_soap_12_media_type(endpoint: Endpoint, action: str) -> None:
    assert {"call_id": "4711"} == endpoint.data(a_call(soap=NS12), NS12, CONTENT_TYPE=TYPES[NS12] + action)


def test_a_call_without_a_soap_action_is_known_by_its_envelope(endpoint: Endpoint) -> None:
    assert {"call_id": "4711"} == endpoint.data(a_call(), HTTP_SOAPACTION=None)


@pytest.mark.parametrize(
    ("sent", "headers"),
    [
        (NS11, {"CONTENT_TYPE": TYPES[NS12], "HTTP_SOAPACTION": None}),
        (NS12, {"CONTENT_TYPE": TYPES[NS11], "HTTP_SOAPACTION": '""'}),
        (NS12, {"CONTENT_TYPE": TYPES[NS12], "HTTP_SOAPACTION": '"urn:x"'}),
        (NS11, {"CONTENT_TYPE": "", "HTTP_SOAPACTION": None}),
        (NS12, {"CONTENT_TYPE": "", "HTTP_SOAPACTION": None}),
    ],
)
def test_a_call_is_answered_and_refused_in_its_envelopes_version(
    endpoint: Endpoint, sent: str, headers: dict[str, Any]
) -> None:
    answer = endpoint.call(a_call(soap=sent), **headers)
    assert (200, TYPES[sent]) == (answer.status, answer.content_type)
    assert sent.encode() in answer.body
    refused = endpoint.refused(a_call("", sent), sent, **headers)
    assert ("contract_violation", 500 if sent == NS11 else 400) == (refused.reason, refused.status)


@BOTH
@SOURCES
@pytest.mark.parametrize("nil", ["true", "1", " true "])
def test_what_is_nil_is_absent(endpoint: Endpoint, soap: str, source: str, nil: str) -> None:
    fields = f'{MINIMAL}<count xsi:nil="{nil}"/><customer xsi:nil="{nil}"/>'
    assert {"call_id": "4711"} == endpoint.data(a_call(fields, soap), soap, source=source)


@BOTH
@SOURCES
@pytest.mark.parametrize("nil", ["false", "0"])
def test_what_is_not_nil_is_there(endpoint: Endpoint, soap: str, source: str, nil: str) -> None:
    fields = f'{MINIMAL}<count xsi:nil="{nil}">5</count><customer xsi:nil="{nil}"><name>Zoë</name></customer>'
    expected = {"call_id": "4711", "count": 5, "customer": {"name": "Zoë"}}
    assert expected == endpoint.data(a_call(fields, soap), soap, source=source)


@SOURCES
@pytest.mark.parametrize("kind", ["xsd:string", "xsd:int", "e:string", "e:int", "xsd:anyType"])
@BOTH
def test_a_builtin_type_is_ignored(endpoint: Endpoint, soap: str, source: str, kind: str) -> None:
    fields = f'<call_id xmlns:e="{ENCODINGS[soap]}" xsi:type="{kind}">4711</call_id><count xsi:type="xsd:int">5</count>'
    assert {"call_id": "4711", "count": 5} == endpoint.data(a_call(fields, soap), soap, source=source)


@SOURCES
@BOTH
def test_an_encoding_style_is_ignored(endpoint: Endpoint, soap: str, source: str) -> None:
    fields = f'<call_id s:encodingStyle="{ENCODINGS[soap]}">4711</call_id>'
    assert {"call_id": "4711"} == endpoint.data(a_call(fields, soap), soap, source=source)


OWN_TYPES = pytest.mark.parametrize("kind", ["t:Person", "t:Segment", "t:CallEnded", "none:Person", "Person"])
NAMED = "<customer xmlns:t='{}' xsi:type='{}'><name>Zoë</name></customer>"


@OWN_TYPES
def test_a_type_that_is_none_of_the_builtin_ones_is_refused_by_a_strict_reading(endpoint: Endpoint, kind: str) -> None:
    refused = endpoint.refused(a_call(MINIMAL + NAMED.format(NAMESPACE, kind)))
    message = "must not have the attribute {http://www.w3.org/2001/XMLSchema-instance}type"
    assert [("/customer", message)] == refused.violations


@OWN_TYPES
def test_a_lenient_reading_ignores_it(endpoint: Endpoint, kind: str) -> None:
    data = endpoint.data(a_call(MINIMAL + NAMED.format(NAMESPACE, kind)), source="lenient")
    assert {"call_id": "4711", "customer": {"name": "Zoë"}} == data


@SOURCES
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("<call_id>47<!-- no part of it -->11</call_id>", {"call_id": "4711"}),
        ("<call_id><!-- first -->4711<!-- last --></call_id>", {"call_id": "4711"}),
        ("<call_id><![CDATA[<b> & ]]>]]&gt;</call_id>", {"call_id": "<b> & ]]>"}),
        ("<call_id>47<?target data?>11</call_id>", {"call_id": "4711"}),
        ("<call_id>&lt;&#x5a;o&#235;&amp;</call_id>", {"call_id": "<Zoë&"}),
        ("<!-- between --><call_id>1</call_id><?pi?><count>1<!-- x -->2</count>", {"call_id": "1", "count": 12}),
        ("<call_id>1</call_id><tags>a<!-- x -->b</tags><!-- x --><tags/>", {"call_id": "1", "tags": ["ab"]}),
    ],
)
def test_comments_and_instructions_are_no_part_of_a_value_and_cdata_is(
    endpoint: Endpoint, source: str, fields: str, expected: dict[str, object]
) -> None:
    assert expected == endpoint.data(a_call(fields), source=source)


@SOURCES
def test_blanks_matter_around_text_and_nowhere_else(endpoint: Endpoint, source: str) -> None:
    fields = (
        "\n <call_id> 4711\t</call_id>\n <duration>\n12.50 </duration> <count>\t5\n</count>"
        "<started_at> 2026-03-16T14:15:02Z\n</started_at><answered> true </answered><voice>\n AP8= \n</voice>\n"
        "<tags> a </tags>\n<customer>\n  <name> Z </name>\n  <born> 1970-01-01 </born>\n</customer>\n"
    )
    assert {
        "call_id": " 4711\t", "duration": 12.5, "count": 5, "started_at": "2026-03-16T14:15:02Z", "answered": True,
        "voice": "AP8=", "tags": [" a "], "customer": {"name": " Z ", "born": "1970-01-01"},
    } == endpoint.data(a_call(fields), source=source)  # fmt: skip

"""What a lenient endpoint takes of older toolkits: rpc style, aliases, SOAP's encoding, its arrays and references."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.soap.envelope import NS11, NS12
from tests.soap.calling import MINIMAL, NAMESPACE, Endpoint, an_envelope

ENC11 = "http://schemas.xmlsoap.org/soap/encoding/"
ENC12 = "http://www.w3.org/2003/05/soap-encoding"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    made = Endpoint.of(tmp_path_factory.mktemp("encoded"))
    yield made
    made.store.close()


def encoded(fields: str, targets: str = "", soap: str = NS11) -> str:
    """An rpc call in SOAP's encoding, with the prefixes c (the contract's) and e (the encoding's)."""
    encoding = ENC11 if soap == NS11 else ENC12
    call = f'<c:submitCallEnded s:encodingStyle="{encoding}">{fields}</c:submitCallEnded>{targets}'
    return an_envelope(call, soap, attributes=f' xmlns:c="{NAMESPACE}" xmlns:e="{encoding}"')


@pytest.mark.parametrize(
    "operation",
    [
        '<m:submitCallEnded xmlns:m="urn:whatever"><count>5</count><callId>1</callId></m:submitCallEnded>',
        f'<submitCallEnded xmlns="{NAMESPACE}"><call_id>1</call_id><count>5</count></submitCallEnded>',
        "<submitCallEnded><callEnded><count>5</count><CALL-ID>1</CALL-ID></callEnded></submitCallEnded>",
        "<callEnded><call_id>1</call_id><count>5</count></callEnded>",
        "<postCall><call_id>1</call_id><count>5</count></postCall>",
        "<PostCall><callId>1</callId><count>5</count></PostCall>",
        "<submitPostCall><count>5</count><call_id>1</call_id></submitPostCall>",
        "<submitPostCall><postCall><count>5</count><call_id>1</call_id></postCall></submitPostCall>",
    ],
)
def test_an_rpc_call_is_taken_by_any_of_its_names(endpoint: Endpoint, operation: str) -> None:
    body = an_envelope(operation)
    assert {"call_id": "1", "count": 5} == endpoint.data(body, source="lenient")
    assert endpoint.refused(body).reason in ("unknown_operation", "contract_violation")


@pytest.mark.parametrize("wrapper", ["{}", '<callEnded xsi:type="c:CallEnded">{}</callEnded>'])
@pytest.mark.parametrize(
    ("soap", "array"),
    [
        (NS11, 'e:arrayType="xsd:string[2]" xsi:type="e:Array"'),
        (NS11, 'e:arrayType="xsd:string[2]"'),
        (NS12, 'e:itemType="xsd:string" e:arraySize="2"'),
        (NS12, 'e:arraySize="*"'),
    ],
)
def test_an_encoded_array_is_a_list(endpoint: Endpoint, wrapper: str, soap: str, array: str) -> None:
    fields = (
        f'<call_id xsi:type="xsd:string">1</call_id><count xsi:type="xsd:int">5</count>'
        f'<tags {array}><item xsi:type="xsd:string">b</item><any>a</any></tags>'
    )
    body = encoded(wrapper.format(fields), soap=soap)
    assert {"call_id": "1", "count": 5, "tags": ["b", "a"]} == endpoint.data(body, soap, source="lenient")


_SEGMENTS = (
    '<segments e:arrayType="c:Segment[2]"><item><agent_id>7</agent_id></item><item><agentId>8</agentId>'
    '<skills e:arrayType="xsd:string[1]"><item>x</item></skills></item></segments>'
)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        ('<tags e:arrayType="xsd:string[0]"/>', {}),
        ('<tags e:arrayType="xsd:string[0]" xsi:nil="true"/>', {}),
        (
            _SEGMENTS,
            {"segments": [{"agent_id": "7"}, {"agent_id": "8", "skills": ["x"]}]},
        ),
    ],
)
def test_an_array_may_be_empty_or_hold_objects_that_hold_arrays(
    endpoint: Endpoint, array: str, expected: dict[str, object]
) -> None:
    assert {"call_id": "4711"} | expected == endpoint.data(encoded(MINIMAL + array), source="lenient")


def test_what_is_wrong_in_an_array_is_named_by_its_place(endpoint: Endpoint) -> None:
    array = '<tags e:arrayType="xsd:string[2]"><item>a</item><item xsi:nil="1"/></tags>'
    refused = endpoint.refused(encoded(MINIMAL + array), source="lenient")
    assert [("/tags/1", "must not be null inside a list")] == refused.violations


AXIS = (
    '<multiRef id="id0" e:root="0" xsi:type="c:CallEnded"><call_id xsi:type="xsd:string">1</call_id>'
    '<count href="#id3"/><customer href="#id1"/><segments e:arrayType="c:Segment[2]" xsi:type="e:Array">'
    '<segments href="#id2"/><segments href="#id2"/></segments></multiRef>'
    '<multiRef id="id1" e:root="0" xsi:type="c:Person"><name xsi:type="xsd:string">Zoë</name></multiRef>'
    '<multiRef id="id2" e:root="0" xsi:type="c:Segment"><agent_id>7</agent_id><agent href="#id1"/></multiRef>'
    '<multiRef id="id3" xsi:type="e:int">5</multiRef>'
)
MEANT = {
    "call_id": "1",
    "count": 5,
    "customer": {"name": "Zoë"},
    "segments": [{"agent_id": "7", "agent": {"name": "Zoë"}}] * 2,
}


def test_references_are_followed_as_axis_writes_them(endpoint: Endpoint) -> None:
    assert MEANT == endpoint.data(encoded('<callEnded href="#id0"/>', AXIS), source="lenient")


def test_references_are_followed_as_soap_12_writes_them(endpoint: Endpoint) -> None:
    targets = AXIS.replace(' id="', ' e:id="').replace('href="#', 'e:ref="').replace(' e:root="0"', "")
    targets = targets.replace("e:arrayType", "e:itemType")
    assert MEANT == endpoint.data(encoded('<callEnded e:ref="id0"/>', targets, NS12), NS12, source="lenient")


def test_a_reference_to_a_reference_is_followed(endpoint: Endpoint) -> None:
    body = encoded('<call_id href="#a"/>', '<m id="a" href="#b"/><m id="b">1</m>')
    assert {"call_id": "1"} == endpoint.data(body, source="lenient")


def test_many_may_refer_to_one(endpoint: Endpoint) -> None:
    body = encoded(MINIMAL + '<tags href="#a"/>' * 1_000, '<m id="a">x</m>')
    assert ["x"] * 1_000 == endpoint.data(body, source="lenient")["tags"]


def test_what_references_bring_counts_as_values(endpoint: Endpoint) -> None:
    target = f'<m id="a">{"<phones>1</phones>" * 200}<name>x</name></m>'
    few = "".join(f'<segments><agent_id>{number}</agent_id><agent href="#a"/></segments>' for number in range(40))
    assert 40 == len(endpoint.data(encoded(MINIMAL + few, target), source="lenient")["segments"])
    assert "too_large" == endpoint.refused(encoded(MINIMAL + few + few, target), source="lenient").reason


@pytest.mark.parametrize(
    ("fields", "targets"),
    [
        ('<customer href="#a"/>', '<m id="a"><name>x</name><more href="#a"/></m>'),
        ('<customer href="#a"/>', '<m id="a"><b href="#b"/></m><m id="b"><a href="#a"/></m>'),
        ('<customer href="#a"/>', '<m id="a" href="#a"/>'),
        ('<count href="#a"/>', '<m id="a" href="#b"/><m id="b" href="#a"/>'),
    ],
)
def test_references_in_a_circle_are_refused(endpoint: Endpoint, fields: str, targets: str) -> None:
    assert "too_large" == endpoint.refused(encoded(MINIMAL + fields, targets), source="lenient").reason


@pytest.mark.parametrize(
    "fields",
    [
        '<customer href="#b"/>',
        '<count href="#b"/>',
        '<tags href="#a"/><tags href="#b"/>',
        '<segments><agent_id>7</agent_id><agent href="#b"/></segments>',
        '<strange><one href="#b"/></strange>',
    ],
)
def test_a_reference_to_nothing_is_malformed_and_no_absence(endpoint: Endpoint, fields: str) -> None:
    body = encoded(MINIMAL + fields + '<duration href="#a"/>', '<m id="a">1</m>')
    refused = endpoint.refused(body, source="lenient")
    assert "malformed" == refused.reason
    assert "#b" in refused.message


@pytest.mark.parametrize(
    "targets",
    [
        "<m>1</m>",
        '<m id="a">1</m><m/>',
        '<m id="a">1</m><m id="a">2</m>',
        f'<m id="a">1</m><c:submitCallEnded id="b">{MINIMAL}</c:submitCallEnded>',
    ],
)
def test_what_stands_beside_a_call_and_is_no_target_of_it_is_refused(endpoint: Endpoint, targets: str) -> None:
    refused = endpoint.refused(encoded(MINIMAL + '<duration href="#a"/>', targets), source="lenient")
    assert "malformed" == refused.reason


_ARRAY = '<c:tags e:arrayType="xsd:string[1]"><a>x</a></c:tags>'


@pytest.mark.parametrize(
    ("body", "reason", "clue"),
    [
        (encoded('<callEnded href="#id0"/>', AXIS), "malformed", "the Body has 5 elements; one"),
        (encoded(MINIMAL), "contract_violation", f"must hold one <callEnded> of namespace {NAMESPACE}"),
        (
            encoded(f"<c:callEnded><c:call_id>1</c:call_id>{_ARRAY}</c:callEnded>"),
            "contract_violation",
            f"/tags/0 must not have the attribute {{{ENC11}}}arrayType",
        ),
        (
            encoded('<c:callEnded><c:call_id href="#a"/></c:callEnded>'),
            "contract_violation",
            "/call_id must not have the attribute href",
        ),
    ],
)  # fmt: skip
def test_a_strict_reading_refuses_what_is_encoded_and_says_why(
    endpoint: Endpoint, body: str, reason: str, clue: str
) -> None:
    refused = endpoint.refused(body)
    assert (500, "Client", reason) == (refused.status, refused.code, refused.reason)
    assert clue in refused.message

"""What Spyne's own WsgiApplication gets wrong with a request (2.14), and what is done here instead."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import pytest

from gateway.soap.envelope import NS11, NS12
from tests.soap.calling import BOTH, MINIMAL, NAMESPACE, TYPES, Endpoint, Refused, a_call, an_envelope, submitted

OTHER = {NS11: NS12, NS12: NS11}
CLIENT = {NS11: (500, "Client"), NS12: (400, "Sender")}
"""How a caller's own mistake is answered."""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    made = Endpoint.of(tmp_path_factory.mktemp("defects"))
    yield made
    made.store.close()


def refused_as(refused: Refused, soap: str) -> str:
    """The reason of a caller's own mistake."""
    assert CLIENT[soap] == (refused.status, refused.code)
    return refused.reason


@BOTH
@pytest.mark.parametrize("body", ["", " \r\n"])
def test_an_empty_body_is_answered_with_a_fault(endpoint: Endpoint, soap: str, body: str) -> None:
    assert "malformed" == refused_as(endpoint.refused(body, soap), soap)


@BOTH
@pytest.mark.parametrize("charset", ["bogus", "rot13", "zlib_codec", "utf-7"])
def test_a_charset_that_is_none_is_refused_by_its_name(endpoint: Endpoint, soap: str, charset: str) -> None:
    media = TYPES[soap].replace("utf-8", charset)
    refused = endpoint.refused(a_call(soap=soap), soap, CONTENT_TYPE=media)
    assert "unsupported_media" == refused_as(refused, soap)
    assert charset in refused.message


@BOTH
@pytest.mark.parametrize("compress", [False, True])
def test_bytes_that_are_no_utf_8_are_answered_with_a_fault(endpoint: Endpoint, soap: str, compress: bool) -> None:
    body = a_call("<call_id>Zoë</call_id>", soap).encode("latin-1")
    sent = gzip.compress(body) if compress else body
    assert "malformed" == refused_as(endpoint.refused(sent, soap), soap)


@BOTH
def test_a_body_that_says_it_is_gzip_is_inflated(endpoint: Endpoint, soap: str) -> None:
    sent = gzip.compress(a_call(soap=soap).encode())
    assert {"call_id": "4711"} == endpoint.data(sent, soap, HTTP_CONTENT_ENCODING="gzip")


@BOTH
@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<s:Body/>", "malformed"),
        ("<s:Header/>", "malformed"),
        ("", "malformed"),
        ("<s:Body><s:Fault><faultcode>s:Server</faultcode></s:Fault></s:Body>", "unknown_operation"),
        (f'<s:Body><submitCallEnded xmlns="{NAMESPACE}" id="a" href="#a"/></s:Body>', "contract_violation"),
    ],
)
def test_an_envelope_without_a_call_is_answered_with_a_fault(
    endpoint: Endpoint, soap: str, inside: str, reason: str
) -> None:
    body = f'<s:Envelope xmlns:s="{soap}">{inside}</s:Envelope>'
    assert reason == refused_as(endpoint.refused(body, soap), soap)


@BOTH
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2026-03-16T24:00:00Z", "2026-03-17T00:00:00Z"),
        ("2026-03-16T14:15:02-03:30", "2026-03-16T17:45:02Z"),
        ("2026-03-16T14:15:02-00:30", "2026-03-16T14:45:02Z"),
        ("2026-03-16T14:15:02+05:45", "2026-03-16T08:30:02Z"),
    ],
)
def test_midnight_and_half_hour_offsets_are_read_as_they_are_meant(
    endpoint: Endpoint, soap: str, sent: str, expected: str
) -> None:
    assert expected == endpoint.data(a_call(f"{MINIMAL}<started_at>{sent}</started_at>", soap), soap)["started_at"]


@BOTH
@pytest.mark.parametrize("sent", ["20260-03-16T14:15:02Z", "-0001-03-16T14:15:02Z", "2026-03-16T14:15:02-23:59"])
def test_a_time_out_of_range_is_a_violation_with_its_path(endpoint: Endpoint, soap: str, sent: str) -> None:
    refused = endpoint.refused(a_call(f"{MINIMAL}<started_at>{sent}</started_at>", soap), soap)
    assert "contract_violation" == refused_as(refused, soap)
    assert ["/started_at"] == [path for path, _ in refused.violations]


@BOTH
@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (submitted("<duration>1</duration>"), "contract_violation"),
        (submitted(MINIMAL + "<count>one</count>"), "contract_violation"),
        (submitted(MINIMAL + "<strange/>"), "contract_violation"),
        (submitted("<duration>1</duration>" + MINIMAL), "contract_violation"),
        (submitted(f'<call_id xmlns="">1</call_id>{MINIMAL}'), "contract_violation"),
        (submitted(MINIMAL + "<count>1e3</count>"), "contract_violation"),
        (submitted(MINIMAL + "<duration>NaN</duration>"), "contract_violation"),
        (submitted(MINIMAL + "<result>__class__</result>"), "contract_violation"),
        (submitted().replace(NAMESPACE, "urn:another"), "unknown_operation"),
        (submitted().replace(f' xmlns="{NAMESPACE}"', ""), "unknown_operation"),
        (f'<submitNothing xmlns="{NAMESPACE}"/>', "unknown_operation"),
    ],
)
def test_what_the_schema_forbids_is_the_callers_fault_in_both_versions(
    endpoint: Endpoint, soap: str, operation: str, reason: str
) -> None:
    assert reason == refused_as(endpoint.refused(an_envelope(operation, soap), soap), soap)


@BOTH
@pytest.mark.parametrize("nil", ["false", "0"])
def test_a_value_that_says_it_is_not_nil_is_kept(endpoint: Endpoint, soap: str, nil: str) -> None:
    assert 5 == endpoint.data(a_call(f'{MINIMAL}<count xsi:nil="{nil}">5</count>', soap), soap)["count"]


@BOTH
@pytest.mark.parametrize("text", ["@@@", "AP8=!", "AP-_", "AP8", "AP8=AP8="])
def test_what_is_no_base64_is_refused(endpoint: Endpoint, soap: str, text: str) -> None:
    refused = endpoint.refused(a_call(f"{MINIMAL}<voice>{text}</voice>", soap), soap)
    assert ("contract_violation", "/voice") == (refused.reason, refused.violations[0][0])


@BOTH
def test_a_header_that_must_be_understood_and_is_not_is_refused(endpoint: Endpoint, soap: str) -> None:
    header = '<s:Header><h xmlns="urn:h" s:mustUnderstand="1"/></s:Header>'
    refused = endpoint.refused(an_envelope(submitted(), soap, header=header), soap)
    assert (500, "MustUnderstand", "not_understood") == (refused.status, refused.code, refused.reason)


@BOTH
@pytest.mark.parametrize(
    "inside",
    [
        f"<s:Body>{submitted()}{submitted('<call_id>2</call_id>')}</s:Body>",
        f"<s:Body>{submitted()}</s:Body><s:Body>{submitted('<call_id>2</call_id>')}</s:Body>",
    ],
)
def test_of_two_calls_none_wins(endpoint: Endpoint, soap: str, inside: str) -> None:
    body = f'<s:Envelope xmlns:s="{soap}">{inside}</s:Envelope>'
    assert "malformed" == refused_as(endpoint.refused(body, soap), soap)


@BOTH
@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/octet-stream", "application/json"])
def test_a_wrong_media_type_does_not_hide_the_envelope(endpoint: Endpoint, soap: str, media: str) -> None:
    answer = endpoint.call(a_call(soap=soap), CONTENT_TYPE=media, HTTP_SOAPACTION='""')
    assert (200, TYPES[soap]) == (answer.status, answer.content_type)


@BOTH
def test_the_envelopes_version_outranks_its_media_types(endpoint: Endpoint, soap: str) -> None:
    answer = endpoint.call(a_call(soap=OTHER[soap]), soap)
    assert (200, TYPES[OTHER[soap]]) == (answer.status, answer.content_type)


@BOTH
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused_and_never_cut(endpoint: Endpoint, soap: str, chunked: bool) -> None:
    announced = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"} if chunked else {}
    refused = endpoint.refused(a_call(soap=soap) + " " * 2**22, soap, **announced)
    assert "too_large" == refused_as(refused, soap)


def related(inner: str, call: str) -> bytes:
    return f"--b\r\nContent-Type: {inner}\r\nContent-ID: <r>\r\n\r\n{call}\r\n--b--\r\n".encode()


ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]>'


@pytest.mark.parametrize("before", ["", '<?xml version="1.0" encoding="utf-8"?>', ENTITY])
def test_a_message_with_attachments_is_unsupported(endpoint: Endpoint, before: str) -> None:
    body = related("text/xml", an_envelope(submitted(), before=before))
    refused = endpoint.refused(body, CONTENT_TYPE='multipart/related; type="text/xml"; start="<r>"; boundary="b"')
    assert "unsupported_media" == refused_as(refused, NS11)


def test_a_message_with_attachments_of_soap_12_is_unsupported(endpoint: Endpoint) -> None:
    media = 'multipart/related; type="application/xop+xml"; start-info="application/soap+xml"; boundary="b"'
    body = related('application/xop+xml; type="application/soap+xml"', a_call(soap=NS12))
    answer = endpoint.call(body, NS12, CONTENT_TYPE=media)
    assert (415, "unsupported_media") == (answer.status, json.loads(answer.body)["reason"])


@BOTH
def test_a_value_of_an_enum_is_its_text(endpoint: Endpoint, soap: str) -> None:
    answer = endpoint.call(a_call(f"{MINIMAL}<result>ABANDON</result>", soap), soap)
    assert b'{"call_id":"4711","result":"ABANDON"}' == endpoint.stored(answer)

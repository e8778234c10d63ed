"""What Spyne's own WsgiApplication gets wrong in its answers, log and WSDL (2.14), and what is done here instead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree
from structlog.testing import capture_logs

from gateway.receiver import wsgi_response
from gateway.soap.envelope import NS11, NS12
from tests.soap.calling import BOTH, MINIMAL, NAMESPACE, Endpoint, a_call

SECRET = "a-text-that-no-log-may-have"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    made = Endpoint.of(tmp_path_factory.mktemp("answers"))
    yield made
    made.store.close()


@BOTH
def test_a_one_way_call_is_answered_with_an_empty_202(endpoint: Endpoint, soap: str) -> None:
    answer = endpoint.call(a_call(soap=soap, event="callNoted"), soap)
    assert (202, b"", "") == (answer.status, answer.body, answer.content_type)
    assert b'{"call_id":"4711"}' == endpoint.stored(answer)


def test_the_wsdl_knows_no_old_ws_addressing(endpoint: Endpoint) -> None:
    assert b"addressing" not in endpoint.get("wsdl").body


@BOTH
def test_a_fault_has_its_members_where_its_version_has_them(endpoint: Endpoint, soap: str) -> None:
    answer = endpoint.call(a_call("", soap), soap)
    fault = etree.fromstring(answer.body).find(f"{{{soap}}}Body/{{{soap}}}Fault")
    assert fault is not None
    expected = {NS11: ["faultcode", "faultstring", "detail"], NS12: ["Code", "Reason", "Detail"]}
    within = {NS11: "", NS12: f"{{{NS12}}}"}
    assert [within[soap] + name for name in expected[soap]] == [child.tag for child in fault]
    assert [f"{{{NAMESPACE}}}EventRejected"] == [child.tag for child in fault[-1]]


@BOTH
def test_a_faults_detail_is_valid_by_the_published_schema(endpoint: Endpoint, soap: str) -> None:
    schema = etree.XMLSchema(etree.fromstring(endpoint.get("xsd").body))
    fault = etree.fromstring(endpoint.call(a_call("<count>x</count>", soap), soap).body)
    (rejected,) = fault.iter(f"{{{NAMESPACE}}}EventRejected")
    schema.assertValid(rejected)
    assert ["/call_id", "/count"] == [path.text for path in rejected.iter(f"{{{NAMESPACE}}}path")]


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        f"<call_id>{SECRET}",
        f"<call_id>{SECRET}</call_id><count>one</count>",
        f"{MINIMAL}<strange>{SECRET}</strange>",
        f"{MINIMAL}<strange><!-- {SECRET} --></strange>",
        f"<call_id>{SECRET}\0</call_id>",
    ],
)
def test_a_refused_body_is_not_in_the_log_which_has_one_line_without_a_traceback(
    endpoint: Endpoint, soap: str, body: str
) -> None:
    with capture_logs() as lines:
        endpoint.refused(a_call(body, soap), soap)
    (line,) = lines
    assert ("request.refused", "warning") == (line["event"], line["log_level"])
    assert SECRET not in repr(line)
    assert "exc_info" not in line


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "singleWsdl", "wsdl=1.1"])
@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "evil.example:8080", "SERVER_NAME": "evil.example", "SERVER_PORT": "8080"},
        {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PROTO": "http"},
        {"HTTP_FORWARDED": "host=evil.example"},
        {"HTTP_X_FORWARDED_PREFIX": "/evil.example", "SCRIPT_NAME": "/evil.example"},
    ],
)
def test_the_wsdls_address_is_the_configured_one_whatever_host_is_asked_for(
    endpoint: Endpoint, query: str, headers: dict[str, str]
) -> None:
    before = endpoint.get(query).body
    asked = endpoint.get(query, **headers).body
    assert before == asked == endpoint.get(query).body
    assert b'location="https://gateway.example.org/in/strict"' in asked


@BOTH
def test_an_answer_is_one_piece_of_bytes_with_its_length(endpoint: Endpoint, soap: str) -> None:
    answer = endpoint.call(a_call(soap=soap), soap)
    started: list[tuple[str, list[tuple[str, str]]]] = []
    (piece,) = wsgi_response(answer, lambda status, headers: started.append((status, headers)))
    assert answer.body == piece
    assert ("Content-Length", str(len(piece))) in started[0][1]

"""A client that somebody else wrote, made from our WSDL: nested types, lists, base64, one-way operations."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
import zeep
from zeep.exceptions import Fault

from gateway.model.request import Answer
from tests.soap.calling import Endpoint, an_environ

PORTS = pytest.mark.parametrize("port", ["CallsSoap11", "CallsSoap12"])


class InProcess(zeep.Transport):
    """Carries a client's calls to our door without a network."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.endpoint = endpoint
        self.answers: list[Answer] = []

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> requests.Response:
        assert "https://gateway.example.org/in/strict" == address
        action = headers.get("SOAPAction")
        answer = self.endpoint.call(message, CONTENT_TYPE=headers["Content-Type"], HTTP_SOAPACTION=action)
        self.answers.append(answer)
        response = requests.Response()
        response.status_code = answer.status
        response.raw = io.BytesIO(answer.body)
        response.headers["Content-Type"] = answer.content_type
        return response


@pytest.fixture(scope="module")
def transport(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    made = Endpoint.of(tmp_path_factory.mktemp("zeep"))
    yield InProcess(made)
    made.store.close()


@pytest.fixture(scope="module")
def client(transport: InProcess) -> Any:
    return zeep.Client(io.BytesIO(transport.endpoint.get("wsdl").body), transport=transport)  # type: ignore[no-untyped-call]


@PORTS
def test_nested_types_lists_and_base64_are_what_the_same_json_is_byte_for_byte(
    transport: InProcess, client: Any, port: str
) -> None:
    answer = client.bind(port_name=port).submitCallEnded(
        callEnded={
            "call_id": "Zoë <&> 😀",
            "duration": Decimal("12.50"),
            "started_at": datetime(2026, 3, 16, 14, 15, 2, 120_000, tzinfo=UTC),
            "answered": True,
            "result": "ABANDON",
            "voice": b"\x00\xff\x10",
            "tags": ["b", "a", "b"],
            "customer": {"name": "Zoë", "born": date(1970, 1, 1), "phones": ["1", "2"]},
            "segments": [
                {"agent_id": "7", "skills": ["x"], "agent": {"name": "Ana"}},
                {"agent_id": "8", "began_at": datetime(2026, 3, 16, tzinfo=UTC)},
            ],
        }
    )
    assert "accepted" == answer["status"]
    sent = {
        "segments": [
            {"agent": {"name": "Ana"}, "skills": ["x"], "agent_id": "7"},
            {"began_at": "2026-03-16T00:00:00Z", "agent_id": "8"},
        ],
        "customer": {"phones": ["1", "2"], "born": "1970-01-01", "name": "Zoë"},
        "tags": ["b", "a", "b"],
        "voice": base64.b64encode(b"\x00\xff\x10").decode(),
        "result": "ABANDON",
        "answered": True,
        "started_at": "2026-03-16T14:15:02.12Z",
        "duration": 12.5,
        "call_id": "Zoë <&> 😀",
    }
    by_json = as_json(transport.endpoint, sent)
    assert transport.endpoint.stored(by_json) == transport.endpoint.stored(transport.answers[-1])
    assert sent == json.loads(transport.endpoint.stored(by_json))


def as_json(endpoint: Endpoint, sent: dict[str, Any]) -> Answer:
    environ = an_environ(json.dumps(sent), CONTENT_TYPE="application/json", HTTP_SOAPACTION=None)
    answer = endpoint.door.answer(environ | {"PATH_INFO": "/in/strict/call-ended"})
    assert 202 == answer.status, answer.body.decode()
    return answer


@PORTS
def test_a_violation_deep_inside_is_the_clients_fault_with_its_path(
    transport: InProcess, client: Any, port: str
) -> None:
    segments = [{"agent_id": "7"}, {"agent_id": "8", "began_at": "noon"}]
    with pytest.raises(Fault) as refused:
        client.bind(port_name=port).submitCallEnded(callEnded={"call_id": "1", "segments": segments})
    assert "/segments/1/began_at" in str(refused.value)
    assert b"/segments/1/began_at" in transport.answers[-1].body


@PORTS
def test_a_one_way_operation_gives_nothing_back_and_its_event_is_there(
    transport: InProcess, client: Any, port: str
) -> None:
    assert client.bind(port_name=port).submitCallNoted(callNoted={"call_id": "4711"}) is None
    answer = transport.answers[-1]
    assert (202, b"") == (answer.status, answer.body)
    assert b'{"call_id":"4711"}' == transport.endpoint.stored(answer)


@PORTS
def test_a_one_way_operation_that_is_refused_gets_a_fault(transport: InProcess, client: Any, port: str) -> None:
    with pytest.raises(Fault, match="/call_id is required"):
        client.bind(port_name=port).submitCallNoted(callNoted={"call_id": ""})
    assert transport.answers[-1].status in (400, 500)


def test_the_wsdl_has_no_output_for_a_one_way_operation(client: Any) -> None:
    for port in ("CallsSoap11", "CallsSoap12"):
        operations = client.wsdl.services["CallsService"].ports[port].binding.port_type.operations
        assert operations["submitCallNoted"].output_message is None
        assert {} == operations["submitCallNoted"].fault_messages
        assert operations["submitCallEnded"].output_message is not None

"""Calling a SOAP service over real HTTP, by the WSDL that we publish."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gateway.contracts.wsdl import wsdl
from gateway.errors import ContractViolation, Violation
from gateway.model.receipt import Receipt, Status
from gateway.model.request import Dialect
from gateway.soap.client import Refusal, SoapClient
from gateway.soap.declared import Context
from gateway.soap.document import parsed
from gateway.soap.envelope import NS11, NS12, envelope_in
from gateway.soap.faults import fault
from tests.builders import NAMESPACE, NOON
from tests.soap.generated import a_service

SERVICE = a_service()
CALL: dict[str, Any] = {"callEnded": {"call_id": "4711", "duration": 12}}


class Far:
    """A service of the contract: it keeps what it is sent; `refuses` makes its answer a fault, `status` another."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, bytes]] = []
        self.refuses = False
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.arrived.append((self.headers.get("Authorization", ""), body))
                answer = outer.answer(body)
                self.send_response(outer.status)
                self.send_header("Content-Type", "text/xml; charset=utf-8")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_args: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, body: bytes) -> bytes:
        if self.status not in (200, 500):
            return b"Bad Gateway"
        if self.refuses:
            error = ContractViolation("/duration is required", violations=[Violation("/duration", "is required")])
            return fault(error, Dialect.SOAP11, NAMESPACE)
        return SERVICE.response(
            SERVICE.read(Context(envelope_in(parsed(body)))), Receipt("r-1", ("e-1",), Status.ACCEPTED, NOON)
        )


@pytest.fixture
def far() -> Iterator[Far]:
    service = Far()
    yield service
    service.server.shutdown()
    service.server.server_close()


def a_client(
    far: Far, folder: Path, *, address: str | None = None, headers: dict[str, str] | None = None
) -> SoapClient:
    file = folder / "calls.wsdl"
    file.write_bytes(wsdl(SERVICE, address or far.url))
    return SoapClient.of(str(file), headers, timeout=5)


@pytest.mark.parametrize(("port", "namespace"), [("CallsSoap11", NS11), ("CallsSoap12", NS12)])
def test_an_operation_is_called_in_the_version_of_its_port(far: Far, tmp_path: Path, port: str, namespace: str) -> None:
    answer = a_client(far, tmp_path).call(port, "submitCallEnded", **CALL)
    assert ("r-1", "e-1", "accepted", NOON) == tuple(
        answer[name] for name in ("requestId", "eventId", "status", "receivedAt")
    )
    assert namespace.encode() in far.arrived[0][1]


def test_a_fault_is_a_refusal_with_its_detail(far: Far, tmp_path: Path) -> None:
    far.refuses, far.status = True, 500
    with pytest.raises(Refusal, match="/duration is required") as refused:
        a_client(far, tmp_path).call("CallsSoap11", "submitCallEnded", **CALL)
    assert "<path>/duration</path>" in refused.value.detail


def test_an_answer_that_is_no_soap_is_a_refusal_with_its_status(far: Far, tmp_path: Path) -> None:
    far.status = 502
    with pytest.raises(Refusal) as refused:
        a_client(far, tmp_path).call("CallsSoap11", "submitCallEnded", **CALL)
    assert 502 == refused.value.status


def test_credentials_are_sent_with_every_call(far: Far, tmp_path: Path) -> None:
    a_client(far, tmp_path, headers={"Authorization": "Basic eA=="}).call("CallsSoap11", "submitCallEnded", **CALL)
    assert "Basic eA==" == far.arrived[0][0]


def test_another_address_may_be_called_than_the_wsdl_names(far: Far, tmp_path: Path) -> None:
    client = a_client(far, tmp_path, address="http://gateway.invalid/")
    client.call("CallsSoap12", "submitCallEnded", address=far.url, **CALL)
    assert 1 == len(far.arrived)

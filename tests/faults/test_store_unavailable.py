"""A locked database or a full disk: 503 in the caller's dialect, nothing half-written, and on it goes by itself."""

from __future__ import annotations

import resource
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from gateway.store.history import Selection
from tests.running import RunningGateway, running, wait_for

_CONFIGURATION = """
web_processes = 1
[log]
level = "warning"
[sources.pbx]
contract = "contract.toml"
authenticate = { kind = "anonymous" }
[destinations.journal]
kind = "log"
[routes.all]
to = "journal"
"""
_SOAP = """<s:Envelope xmlns:s="{namespace}"><s:Body><submitCallEnded xmlns="urn:endpoint-gateway:calls:v1"><callEnded>
<call_id>1</call_id></callEnded></submitCallEnded></s:Body></s:Envelope>"""
_NS11 = "http://schemas.xmlsoap.org/soap/envelope/"
_NS12 = "http://www.w3.org/2003/05/soap-envelope"


def _is_ready(gateway: RunningGateway) -> bool:
    return requests.get(f"{gateway.url}/readyz", timeout=10).status_code == 200


def test_a_locked_database_is_a_503_in_every_dialect_and_passes(tmp_path: Path) -> None:
    with running(tmp_path, _CONFIGURATION) as gateway:
        other = sqlite3.connect(tmp_path / "var/gateway.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        soap11 = {"SOAPAction": "", "Content-Type": "text/xml"}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("pbx/call-ended", {"json": {"call_id": "1"}}),
            ("pbx", {"data": _SOAP.format(namespace=_NS11), "headers": soap11}),
            ("pbx", {"data": _SOAP.format(namespace=_NS12), "headers": {"Content-Type": "application/soap+xml"}}),
        ]
        with ThreadPoolExecutor() as callers:
            answers = list(callers.map(lambda call: gateway.post(call[0], **call[1]), calls))
        assert [503, 503, 503] == [answer.status_code for answer in answers]
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
        assert answers[0].json()["reason"] == "store_unavailable"
        assert "<faultcode>soap:Server</faultcode>" in answers[1].text
        assert "<soap:Value>soap:Receiver</soap:Value>" in answers[2].text
        other.execute("ROLLBACK")
        other.close()
        assert gateway.post("pbx/call-ended", json={"call_id": "2"}).status_code == 202
        with gateway.history() as history:
            assert [{"call_id": "2"}] == [_data(gateway, item["id"]) for item in history.events(Selection())]


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on a running process's files is Linux's")
def test_a_full_disk_is_a_503_and_nothing_is_half_written(tmp_path: Path) -> None:
    with running(tmp_path, _CONFIGURATION) as gateway:
        children = [pid for pids in gateway.children().values() for pid in pids]
        usual = resource.prlimit(children[0], resource.RLIMIT_FSIZE)
        size = sum(file.stat().st_size for file in (tmp_path / "var").glob("gateway.db*"))
        for pid in children:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + 300_000, usual[1]))
        accepted = []
        for number in range(60):
            answer = gateway.post("pbx/call-ended", json={"call_id": str(number), "notes": 30_000 * "x"})
            if answer.status_code == 503:
                break
            accepted.append(answer.json()["eventId"])
        assert answer.status_code == 503
        assert accepted
        for pid in children:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, usual)
        again = wait_for(lambda: _accepted(gateway), 20, "a call once there is room")
        for event_id in [*accepted, again]:
            wait_for(lambda: gateway.event(event_id)["deliveries"]["delivered"] == 1, 20, "its delivery")  # noqa: B023
        assert _is_ready(gateway)
    connection = sqlite3.connect(tmp_path / "var/gateway.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM requests").fetchone() == (len(accepted) + 1,)
    assert connection.execute("SELECT count(*) FROM events").fetchone() == (len(accepted) + 1,)
    assert connection.execute("SELECT count(*) FROM deliveries").fetchone() == (len(accepted) + 1,)
    connection.close()


def _accepted(gateway: RunningGateway) -> str | None:
    answer = gateway.post("pbx/call-ended", json={"call_id": "room"})
    return str(answer.json()["eventId"]) if answer.status_code == 202 else None


def _data(gateway: RunningGateway, event_id: str) -> object:
    return gateway.event(event_id)["event"]["data"]

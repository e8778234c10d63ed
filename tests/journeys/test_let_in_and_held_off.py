"""Callers with keys of many kinds are let in and their repeats told; those who come too often are held off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.running import RunningGateway, running, wait_for

pytestmark = pytest.mark.usefixtures("database")

_CONFIGURATION = """
web_processes = 2
[log]
level = "warning"
[sources.pbx]
contract = "contract.toml"
authenticate = [
    { kind = "bearer", token = { env = "TOKEN" }, caller = "crm" },
    { kind = "api_key", query = "key", key = [{ env = "KEY" }, { env = "OLD_KEY" }], caller = "pbx" },
]
documents = "authenticated"
idempotency = { key = "#call_id#", on_reuse = "duplicate" }
[sources.slow]
contract = "contract.toml"
authenticate = { kind = "anonymous" }
rate = "5/h"
"""
_SECRETS = {"TOKEN": "tok-123456", "KEY": "key-123456", "OLD_KEY": "old-123456"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[RunningGateway]:
    with running(tmp_path_factory.mktemp(f"let-in-{database}"), _CONFIGURATION, **_SECRETS) as gateway:
        yield gateway


def test_any_of_a_sources_keys_lets_in_and_names_the_caller(gateway: RunningGateway) -> None:
    url = f"{gateway.url}/in/pbx/call-ended"
    told = {
        "crm": requests.post(url, json={"call_id": "a"}, headers={"Authorization": "Bearer tok-123456"}),
        "pbx": requests.get(url, params={"call_id": "b", "key": "old-123456"}),
    }
    for caller, answer in told.items():
        assert 202 == answer.status_code, answer.text
        event = gateway.event(answer.json()["eventId"])["event"]
        assert (caller, False) == (event["caller"], "extra" in event["data"])
    refused = requests.post(url, json={"call_id": "a"}, params={"key": "wrong"})
    assert (401, "unauthenticated") == (refused.status_code, refused.json()["reason"])
    assert "Bearer realm=" in refused.headers["WWW-Authenticate"]


def test_a_key_in_the_url_is_nowhere_on_record(gateway: RunningGateway) -> None:
    answer = requests.get(f"{gateway.url}/in/pbx/call-ended?key=key-123456&call_id=c")
    shown = gateway.cli("requests", "show", answer.json()["requestId"]).stdout
    assert "key=••••&call_id=c" in shown
    gateway_files = [path for path in gateway.folder.rglob("*") if path.is_file()]
    assert not [path for path in gateway_files if b"key-123456" in path.read_bytes()]


def test_a_repeat_is_told_by_the_sources_own_key(gateway: RunningGateway) -> None:
    url, key = f"{gateway.url}/in/pbx/call-ended", {"key": "key-123456"}
    first = requests.post(url, params=key, json={"call_id": "d", "duration": 1}).json()
    again = requests.post(url, params=key, json={"call_id": "d", "duration": 2}).json()
    assert ("duplicate", first["eventId"]) == (again["status"], again["eventId"])


def test_documents_of_a_guarded_source_are_for_its_callers(gateway: RunningGateway) -> None:
    assert 401 == requests.get(f"{gateway.url}/in/pbx?wsdl").status_code
    assert b"definitions" in requests.get(f"{gateway.url}/in/pbx?wsdl&key=key-123456").content


def test_a_rate_holds_for_all_processes_together_and_is_told_in_each_dialect(gateway: RunningGateway) -> None:
    url = f"{gateway.url}/in/slow/call-ended"
    # Each a connection of its own, so that both processes take part.
    answers = [requests.post(url, json={"call_id": str(number)}) for number in range(30)]
    assert 5 == sum(answer.status_code == 202 for answer in answers)
    last = answers[-1]
    assert (429, "too_many") == (last.status_code, last.json()["reason"])
    assert 0 < int(last.headers["Retry-After"]) <= 720
    fault = requests.post(url, data="<x/>", headers={"SOAPAction": '""', "Content-Type": "text/xml"})
    assert (429, True) == (fault.status_code, b"soap:Server" in fault.content)
    counted = 'outcome="refused",reason="too_many",source="slow"'
    wait_for(lambda: counted in requests.get(f"{gateway.admin_url}/metrics").text, 10, "the count")

"""The Flask application, met by Flask's own test client: calls, health and metrics, each at its address."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gateway.current import Current
from gateway.errors import UnknownSource
from gateway.pipeline import Gateway
from gateway.receiver import Door
from gateway.settings import Settings
from gateway.store.store import Store
from gateway.web import GatewayApp, create_app
from tests.configured import ANYBODY, JOURNAL, TO_CRM, a_document, a_gateway, recorded, unusable

PUBLIC, ADMIN = "http://127.0.0.1:8080", "http://127.0.0.1:8081"
CALL = {"call_id": "4711"}


@pytest.fixture
def current(tmp_path: Path) -> Current:
    gateway = a_gateway(tmp_path, ANYBODY + JOURNAL + TO_CRM)

    def build(number: int) -> Gateway:
        raise UnknownSource(f"{number} is broken")

    return Current(gateway, build)


def an_app(store: Store, current: Current, settings: Settings) -> GatewayApp:
    return create_app(settings, store, Door(current, store.inbox, PUBLIC))


@pytest.fixture
def client(tmp_path: Path, store: Store, current: Current) -> FlaskClient:
    return an_app(store, current, a_document(tmp_path, ANYBODY).settings()).test_client()


def test_a_call_goes_through_the_door(client: FlaskClient, store: Store) -> None:
    answer = client.post("/in/pbx/call-ended", json=CALL, base_url=PUBLIC)
    assert (202, "application/json") == (answer.status_code, answer.content_type)
    assert answer.json is not None
    assert store.history.event(answer.json["eventId"]) is not None


def test_a_refusal_comes_through_the_door(client: FlaskClient) -> None:
    answer = client.post("/in/pbx/call-ended", json={}, base_url=PUBLIC)
    assert (422, "application/problem+json") == (answer.status_code, answer.content_type)
    assert answer.json is not None
    assert ["/call_id"] == [one["path"] for one in answer.json["violations"]]


def test_a_soap_call_goes_through_the_door(client: FlaskClient) -> None:
    body = (
        '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>'
        '<c:submitCallEnded xmlns:c="urn:endpoint-gateway:calls:v1"><c:callEnded><c:call_id>4711</c:call_id>'
        "</c:callEnded></c:submitCallEnded></Body></Envelope>"
    )
    answer = client.post("/in/pbx", data=body, headers={"SOAPAction": '""'}, content_type="text/xml", base_url=PUBLIC)
    assert (200, "text/xml; charset=utf-8") == (answer.status_code, answer.content_type)
    assert b"submitCallEndedResponse" in answer.data


@pytest.mark.parametrize(
    ("path", "public", "admin"),
    [
        ("/in/pbx?wsdl", 200, 404),
        ("/healthz", 200, 200),
        ("/readyz", 200, 200),
        ("/metrics", 404, 200),
        ("/", 404, 404),
        ("/in", 404, 404),
    ],
)
def test_each_address_has_its_own_pages(client: FlaskClient, path: str, public: int, admin: int) -> None:
    assert (public, admin) == tuple(client.get(path, base_url=base).status_code for base in (PUBLIC, ADMIN))


@pytest.mark.parametrize(("base", "host", "status"), [(PUBLIC, "127.0.0.1:8081", 404), (ADMIN, "127.0.0.1:8080", 200)])
def test_the_host_header_opens_no_page(client: FlaskClient, base: str, host: str, status: int) -> None:
    port = base.rpartition(":")[2]
    answer = client.get("/metrics", headers={"Host": host}, environ_overrides={"SERVER_PORT": port})
    assert status == answer.status_code


def test_two_addresses_with_one_port_are_told_apart_by_their_hosts(
    tmp_path: Path, store: Store, current: Current
) -> None:
    text = 'listen = "192.0.2.1:8080"\nadmin = { listen = "127.0.0.1:8080" }\n'
    client = an_app(store, current, a_document(tmp_path, text).settings()).test_client()
    statuses = [client.get("/metrics", environ_overrides={"SERVER_NAME": name}).status_code
                for name in ("192.0.2.1", "127.0.0.1")]  # fmt: skip
    assert [404, 200] == statuses


def test_where_no_address_is_told_every_page_is_there(client: FlaskClient) -> None:
    assert [202, 200, 200] == [
        client.post("/in/pbx/call-ended", json=CALL).status_code,
        client.get("/metrics").status_code,
        client.get("/readyz").status_code,
    ]


def test_what_is_not_there_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/nowhere", base_url=PUBLIC)
    assert (404, "application/problem+json") == (answer.status_code, answer.content_type)
    assert answer.json is not None
    assert "nothing here; calls go to /in/<source>" == answer.json["detail"]


def test_health_says_ok(client: FlaskClient) -> None:
    assert {"status": "ok"} == client.get("/healthz", base_url=PUBLIC).json


def test_ready_is_ready_without_problems(client: FlaskClient) -> None:
    assert {"status": "ready", "problems": []} == client.get("/readyz", base_url=PUBLIC).json


def test_a_revision_that_can_not_be_built_is_told_and_the_old_one_serves_on(
    client: FlaskClient, current: Current
) -> None:
    current.follow(2)
    answer = client.get("/readyz", base_url=PUBLIC)
    assert 200 == answer.status_code
    assert {
        "status": "ready",
        "problems": ["configuration: revision 2 can't be built: 2 is broken"],
    } == answer.json


def test_a_store_that_can_not_be_read_is_not_ready(client: FlaskClient, store: Store) -> None:
    with unusable(store):
        answer = client.get("/readyz", base_url=PUBLIC)
        assert answer.status_code == 503
        assert answer.json is not None
        (problem,) = answer.json["problems"]
        assert problem.startswith("store: ")
        assert client.get("/healthz", base_url=PUBLIC).status_code == 200


def test_a_store_that_can_not_be_written_refuses_calls_for_now(client: FlaskClient, store: Store) -> None:
    with unusable(store):
        answer = client.post("/in/pbx/call-ended", json=CALL, base_url=PUBLIC)
        assert (503, "5") == (answer.status_code, answer.headers["Retry-After"])
        assert answer.json is not None
        assert answer.json["reason"] == "store_unavailable"


def test_metrics_tell_the_backlog_of_each_destination(client: FlaskClient, store: Store) -> None:
    recorded(store.inbox, 3, "crm")
    lines = client.get("/metrics", base_url=ADMIN).text.splitlines()
    assert 'gateway_deliveries{destination="crm",state="waiting"} 3.0' in lines
    assert 'gateway_deliveries{destination="crm",state="dead"} 0.0' in lines
    (oldest,) = [line for line in lines if line.startswith("gateway_oldest_waiting_seconds{")]
    assert oldest.startswith('gateway_oldest_waiting_seconds{destination="crm"} ')
    expected = (datetime.now(UTC) - datetime(2026, 3, 16, 12, tzinfo=UTC)).total_seconds()
    assert float(oldest.rpartition(" ")[2]) == pytest.approx(expected, abs=60)


def test_metrics_count_an_unknown_source_under_no_name(client: FlaskClient) -> None:
    client.post("/in/mallory/call-ended", json=CALL, base_url=PUBLIC)
    text = client.get("/metrics", base_url=ADMIN).text
    assert 'gateway_requests_total{binding="http",outcome="refused",reason="unknown_source",source=""}' in text
    assert "mallory" not in text


def test_a_call_keeps_the_configuration_that_it_met(client: FlaskClient, current: Current) -> None:
    old = current.gateway
    current.gateway = replace(old, sources={})
    assert 404 == client.post("/in/pbx/call-ended", json=CALL, base_url=PUBLIC).status_code
    current.gateway = old
    assert 202 == client.post("/in/pbx/call-ended", json=CALL, base_url=PUBLIC).status_code


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer hunter2"}, 200),
        ({"Authorization": "Basic " + b64encode(b"anybody:hunter2").decode()}, 200),
        ({"Authorization": "Basic " + b64encode(b"hunter2:wrong").decode()}, 401),
    ],
)
def test_with_a_token_only_who_has_it_sees_the_admins_pages(
    tmp_path: Path,
    store: Store,
    current: Current,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    expected: int,
) -> None:
    monkeypatch.setenv("ADMIN_TOKEN", "hunter2")
    settings = a_document(tmp_path, ANYBODY + '[admin]\ntoken = { env = "ADMIN_TOKEN" }\n').settings()
    client = an_app(store, current, settings).test_client()
    answer = client.get("/metrics", base_url=ADMIN, headers=headers)
    assert expected == answer.status_code
    assert (expected == 401) == ("WWW-Authenticate" in answer.headers)
    assert client.get("/readyz", base_url=ADMIN).status_code == 200

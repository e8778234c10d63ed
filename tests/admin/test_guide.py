"""`/admin/sources/<name>/guide`: on the admin's address, as a page and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html

from gateway.receiver import Door
from gateway.store.store import Store
from gateway.web import create_app
from tests.configured import ANYBODY, a_document, a_gateway, fixed

SOURCES = ANYBODY + '[sources.contact-centre]\npreset = "ringcx"\nauthenticate = { kind = "anonymous" }\n'


@pytest.fixture
def client(tmp_path: Path, store_in_a_file: Store) -> FlaskClient:
    door = Door(fixed(a_gateway(tmp_path, SOURCES)), store_in_a_file.inbox, "https://gateway.example.org")
    return create_app(a_document(tmp_path, SOURCES).settings(), store_in_a_file, door).test_client()


def test_a_browser_gets_a_page_with_every_service(client: FlaskClient) -> None:
    answer = client.get("/admin/sources/contact-centre/guide", headers={"Accept": "text/html"})
    page = html.fromstring(answer.text)
    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.content_type)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert [
        "https://gateway.example.org/in/contact-centre/dequeue",
        "https://gateway.example.org/in/contact-centre/agent-connect",
        "https://gateway.example.org/in/contact-centre/agent-termination",
        "https://gateway.example.org/in/contact-centre/transfer-termination",
        "https://gateway.example.org/in/contact-centre/post-call",
        "https://gateway.example.org/in/contact-centre/post-disposition",
    ] == page.xpath("//dd/code/text()")
    assert 1 == page.xpath("count(//h1)")


def test_others_get_json(client: FlaskClient) -> None:
    answer = client.get("/admin/sources/contact-centre/guide")
    assert "application/json" == answer.content_type
    assert "contact-centre" == answer.get_json()["source"]


@pytest.mark.parametrize("name", ["pbx", "nobody"])
def test_a_source_without_one_is_404(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/admin/sources/{name}/guide")
    assert 404 == answer.status_code
    assert f"no source '{name}' has a guide" == answer.get_json()["detail"]

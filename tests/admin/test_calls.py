"""`/admin/calls[/<id>]`: on the admin's address, as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gateway.receiver import Door
from gateway.store.call_timeline import shown
from gateway.store.calls import listed
from gateway.store.store import Store
from gateway.web import create_app
from tests.builders import an_entry, an_event
from tests.configured import ANYBODY, a_document, a_gateway, fixed


@pytest.fixture
def store(store_in_a_file: Store) -> Store:
    for subject in ("a", "b", "sip:1/2", "a"):
        store_in_a_file.inbox.record(an_entry(an_event(subject=subject)))
    return store_in_a_file


@pytest.fixture
def client(tmp_path: Path, store: Store) -> FlaskClient:
    door = Door(fixed(a_gateway(tmp_path, ANYBODY)), store.inbox, "https://gateway.example.org")
    return create_app(a_document(tmp_path, ANYBODY).settings(), store, door).test_client()


def test_the_newest_calls_are_the_items_of_the_command_line(client: FlaskClient, store: Store) -> None:
    answer = client.get("/admin/calls")
    assert (200, "application/json") == (answer.status_code, answer.content_type)
    assert {"items": list(listed(store.database)), "next": None} == answer.get_json()


def test_a_list_goes_on_after_its_cursor(client: FlaskClient) -> None:
    first = client.get("/admin/calls?limit=2").get_json()
    assert (["a", "sip:1/2"], "sip:1/2") == ([one["id"] for one in first["items"]], first["next"])
    second = client.get("/admin/calls", query_string={"limit": 2, "after": first["next"]}).get_json()
    assert (["b"], None) == ([one["id"] for one in second["items"]], second["next"])


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "many", ""])
def test_a_limit_that_is_none_is_told(client: FlaskClient, limit: str) -> None:
    answer = client.get(f"/admin/calls?limit={limit}")
    assert (400, "limit is a number from 1 to 1000") == (answer.status_code, answer.get_json()["detail"])


@pytest.mark.parametrize("subject", ["a", "sip:1/2"])
def test_one_is_shown_whole(client: FlaskClient, store: Store, subject: str) -> None:
    assert shown(store.database, subject) == client.get(f"/admin/calls/{subject}").get_json()


def test_one_that_there_is_not_is_404(client: FlaskClient) -> None:
    answer = client.get("/admin/calls/nobody")
    assert (404, "no call 'nobody'") == (answer.status_code, answer.get_json()["detail"])

"""The documents of a source as they are served: of its own configuration, and true of what it answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from gateway.documents import NAMES, document
from gateway.receiver import Door
from gateway.source import Source
from gateway.store.store import Store
from tests.configured import ANYBODY, JOURNAL, TO_CRM, a_gateway, fixed
from tests.contracts.validating import Exact, parsed
from tests.test_receiver import an_environ

BASE = "https://gateway.example.org"
CONFIGURED = """
[sources.pbx]
contract = "contract.toml"
authenticate = [
    { kind = "basic", user = "pbx", password = { env = "PBX_PASSWORD" } },
    { kind = "api_key", query = "key", key = { env = "PBX_PASSWORD" } },
]
accepted_status = 200
idempotency = { key = "header:X-Call" }
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setenv("PBX_PASSWORD", "hunter2")
    return a_gateway(tmp_path, CONFIGURED).sources["pbx"]


def test_every_document_is_the_same_each_time(source: Source) -> None:
    assert 7 == len(NAMES)
    for name in NAMES:
        assert document(source, name, BASE) == document(source, name, BASE)


def test_the_openapi_document_is_the_sources_own(source: Source) -> None:
    found: Any = json.loads(document(source, "openapi", BASE).body)
    validate(found)
    operation = found["paths"]["/in/pbx/call-ended"]["post"]
    assert [{"url": BASE}] == found["servers"]
    assert [
        {"type": "http", "scheme": "basic"}, {"type": "apiKey", "in": "query", "name": "key"}
    ] == list(found["components"]["securitySchemes"].values())  # fmt: skip
    assert ["X-Call", "Idempotency-Key"] == [one["name"] for one in operation["parameters"]]
    assert "200" in operation["responses"] and "202" not in operation["responses"]
    assert "hunter2" not in json.dumps(found)


AS_CLOUD_EVENT = b'{"specversion":"1.0","id":"1","source":"/pbx","type":"call.ended","data":{"call_id":"1"}}'
ENDED = b'{"call_id": "1"}'
JSON, CLOUD_EVENT = {"CONTENT_TYPE": "application/json"}, {"CONTENT_TYPE": "application/cloudevents+json"}
FORM = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        (ENDED, JSON, 202),
        (b"[" + ENDED + b"," + ENDED + b"]", JSON, 202),
        (ENDED, {"CONTENT_TYPE": "text/plain"}, 202),
        (b"call_id=1&duration=5", FORM, 202),
        (
            b'{"specversion":"1.0","id":"1","source":"/pbx","type":"call.ended","data":{"call_id":"1"}}',
            CLOUD_EVENT,
            202,
        ),
        (b'{"call_id": 1, "duration": "x"}', JSON, 422),
        (b"{", JSON, 400),
        (b"", JSON, 400),
        (b"\0", {"CONTENT_TYPE": "image/png"}, 415),
        (ENDED, {"CONTENT_LENGTH": "9999999"}, 413),
    ],
)
def test_what_is_answered_is_what_the_openapi_document_says(
    tmp_path: Path, store_in_a_file: Store, body: bytes, more: dict[str, str], status: int
) -> None:
    gateway = a_gateway(tmp_path, ANYBODY + JOURNAL + TO_CRM)
    answer = Door(fixed(gateway), store_in_a_file.inbox, BASE).answer(an_environ("/in/pbx/call-ended", body, **more))
    assert status == answer.status, answer.body
    found = parsed(document(gateway.sources["pbx"], "openapi", BASE).body)
    said = found["paths"]["/in/pbx/call-ended"]["post"]["responses"][str(status)]
    if "$ref" in said:
        said = found["components"]["responses"][said["$ref"].rpartition("/")[2]]
    schema = said["content"][answer.content_type]["schema"]
    errors = Exact({**schema, "components": found["components"]}).iter_errors(parsed(answer.body))
    assert [] == [error.message for error in errors]
    assert {name for name in answer.headers if name.startswith("Gateway-")} <= said["headers"].keys()

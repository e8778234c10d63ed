"""The documents of a source as they are served: of its own configuration, and true of what it answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from gateway.documents import NAMES, PAGE, Published
from gateway.pipeline import Gateway
from gateway.receiver import Door
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
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    monkeypatch.setenv("PBX_PASSWORD", "hunter2")
    return a_gateway(tmp_path, CONFIGURED)


def document(gateway: Gateway, name: str, base: str = BASE) -> bytes:
    """Made anew."""
    return Published().answer(gateway, gateway.sources["pbx"], name, base).body


def test_every_document_is_the_same_each_time_it_is_made(gateway: Gateway) -> None:
    assert 7 == len(NAMES)
    for name in (*NAMES, PAGE):
        assert document(gateway, name) == document(gateway, name)


def test_a_document_is_made_once_and_what_is_kept_does_not_grow(gateway: Gateway) -> None:
    published, source = Published(), gateway.sources["pbx"]
    first = {name: published.answer(gateway, source, name, BASE) for name in (*NAMES, PAGE)}
    assert all(answer is published.answer(gateway, source, name, BASE) for name, answer in first.items())
    for number in range(3):
        base = f"https://{number}.example.org"
        for name in ("wsdl", PAGE):
            assert f"{base}/in/pbx".encode() in published.answer(gateway, source, name, base).body
    kept = published._kept[1]
    assert len(NAMES) == len(kept)  # two of the names are of one WSDL, and there is the page


def test_a_new_configuration_publishes_its_own(gateway: Gateway, tmp_path: Path) -> None:
    published = Published()
    assert b"A phone call" in published.answer(gateway, gateway.sources["pbx"], "wsdl", BASE).body
    text = (tmp_path / "contract.toml").read_text(encoding="utf-8").replace("A phone call", "A call")
    (tmp_path / "changed.toml").write_text(text, encoding="utf-8")
    newer = a_gateway(tmp_path, CONFIGURED.replace("contract.toml", "changed.toml"), 2)
    assert b"A phone call" not in published.answer(newer, newer.sources["pbx"], "wsdl", BASE).body
    # One that took the older before, and asks now, gets its own and leaves nothing behind.
    assert b"A phone call" in published.answer(gateway, gateway.sources["pbx"], "wsdl", BASE).body
    assert b"A phone call" not in published.answer(newer, newer.sources["pbx"], "wsdl", BASE).body
    assert 1 == len(published._kept[1])


def test_the_openapi_document_is_the_sources_own(gateway: Gateway) -> None:
    found: Any = json.loads(document(gateway, "openapi"))
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
    found = parsed(document(gateway, "openapi"))
    said = found["paths"]["/in/pbx/call-ended"]["post"]["responses"][str(status)]
    if "$ref" in said:
        said = found["components"]["responses"][said["$ref"].rpartition("/")[2]]
    schema = said["content"][answer.content_type]["schema"]
    errors = Exact({**schema, "components": found["components"]}).iter_errors(parsed(answer.body))
    assert [] == [error.message for error in errors]
    assert {name for name in answer.headers if name.startswith("Gateway-")} <= said["headers"].keys()

"""Recorded calls with their bytes changed: whatever comes in is an event that the reading explains, or a refusal.

`GATEWAY_FUZZ_SECONDS` says for how long; `make fuzz` takes ten minutes.
"""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from lxml import etree
from structlog.testing import capture_logs

from gateway.assembly import Workshop
from gateway.contracts.load import load
from gateway.current import Current
from gateway.model.canonical import canonical_json
from gateway.model.extra import EXTRA
from gateway.model.field_reading import Form, Reading
from gateway.model.json_text import parsed_json
from gateway.model.reading import reader_for
from gateway.receiver import Door
from gateway.settings import Document
from gateway.soap.envelope import NS11, NS12
from gateway.store.migrate import migrate
from gateway.store.place import place_of
from gateway.store.store import Store, open_store
from gateway.web import GatewayApp, create_app
from tests.fuzz.recorded import CALLS, Call
from tests.journeys.every_door import CONTRACT

_SECONDS = float(os.environ.get("GATEWAY_FUZZ_SECONDS", "15"))
_SOURCE = '[sources.{name}]\ncontract = "contract.toml"\nreading = "{name}"\nauthenticate = {{ kind = "anonymous" }}\n'
_PROBLEM = {"type", "title", "status", "detail", "reason", "requestId", "violations"}
_STRICT = reader_for(load(CONTRACT, "contract.toml").events["thing.happened"], Reading.STRICT)


@dataclass
class Front:
    """The real application over a real store."""

    app: GatewayApp
    store: Store

    def answer(self, call: Call, source: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer to `call`."""
        told: list[Any] = []
        start: Any = lambda status, headers: told.extend([status, headers])  # noqa: E731
        body = b"".join(self.app(_environ(call, source), start))
        return int(told[0][:3]), {name.lower(): value for name, value in told[1]}, body

    def data_of(self, event_id: str) -> bytes:
        with self.store.database.reading() as connection:
            found = connection.exec_driver_sql("SELECT data FROM events WHERE event_id = ?", (event_id,)).scalar_one()
        assert isinstance(found, bytes)
        return found


def _environ(call: Call, source: str) -> dict[str, Any]:
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in call.headers.items()}
    return {
        "REQUEST_METHOD": call.method, "PATH_INFO": f"/in/{source}{call.path}", "QUERY_STRING": call.query,
        "SERVER_NAME": "localhost", "SERVER_PORT": "8080", "CONTENT_TYPE": call.content_type,
        "CONTENT_LENGTH": str(len(call.body)), "wsgi.input": io.BytesIO(call.body), "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(), **headers,
    }  # fmt: skip


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    (tmp_path / "contract.toml").write_text(CONTRACT, encoding="utf-8")
    text = 'listen = "127.0.0.1:8080"\n' + "".join(_SOURCE.format(name=reading) for reading in Reading)
    (tmp_path / "gateway.toml").write_text(text, encoding="utf-8")
    document = Document.at(tmp_path / "gateway.toml")
    gateway = Workshop().build(document, 1)
    with closing(open_store(place_of(document.settings(), tmp_path))) as store:
        migrate(store.database)
        door = Door(Current(gateway, lambda _number: gateway), store.inbox, "http://localhost")
        yield Front(create_app(document.settings(), store, door), store)


_place = some.integers(0, 2**20)
_change = some.one_of(
    some.tuples(some.just("flip"), _place, some.integers(1, 255).map(lambda byte: bytes([byte]))),
    some.tuples(some.just("insert"), _place, some.binary(min_size=1, max_size=8)),
    some.tuples(
        some.just("insert"), _place,
        some.sampled_from([b"<", b">", b'"', b"&", b"%", b"[", b"]", b"{", b"}", b"\0", b"\xff\xfe", b"1e99", b"-0",
                           b"<!DOCTYPE a>", b"&#0;", b"\\ud800", b"null", b"<![CDATA[", b"<!-- -->", b"<?a?>", b"="]),
    ),
    some.tuples(some.just("delete"), _place, some.integers(1, 40).map(bytes)),
    some.tuples(some.just("repeat"), _place, some.integers(1, 40).map(bytes)),
    some.tuples(some.just("splice"), _place, some.sampled_from(CALLS).map(lambda call: call.body)),
)  # fmt: skip
_header = some.tuples(
    some.sampled_from(["Content-Type", "Content-Encoding", "SOAPAction", "ce-id", "Idempotency-Key"]),
    some.sampled_from([call.content_type for call in CALLS] + ["gzip", "deflate", "utf-7", "é", "a;charset=utf-16"]),
)


def _changed(body: bytes, change: tuple[str, int, bytes]) -> bytes:
    kind, place, material = change
    at = place % (len(body) + 1)
    match kind:
        case "flip" if at < len(body):
            return body[:at] + bytes([body[at] ^ material[0]]) + body[at + 1 :]
        case "delete":
            return body[:at] + body[at + len(material) :]
        case "repeat":
            return body[:at] + body[at : at + len(material)] + body[at:]
        case "splice":
            return body[:at] + material[place % (len(material) + 1) :]
        case _:
            return body[:at] + material + body[at:]


@some.composite
def _mutated(draw: some.DrawFn) -> Call:
    call = draw(some.sampled_from(CALLS))
    for change in draw(some.lists(_change, min_size=1, max_size=4)):
        if call.body:
            call = replace(call, body=_changed(call.body, change))
        else:
            call = replace(call, query=_changed(call.query.encode("latin-1"), change).decode("latin-1"))
    if draw(some.integers(0, 3)) == 0:
        name, value = draw(_header)
        call = (
            replace(call, content_type=value)
            if name == "Content-Type"
            else replace(call, headers={**call.headers, name: value})
        )
    return call


def test_a_recorded_call_is_taken_as_it_is(front: Front) -> None:
    for call in CALLS:
        status, _, body = front.answer(call, "lenient")
        assert status in (200, 202), (call, body)


def test_a_call_with_changed_bytes_is_an_event_that_the_reading_explains_or_a_refusal(front: Front) -> None:
    ends = time.monotonic() + _SECONDS

    @settings(
        max_examples=500, phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck), database=None
    )
    @given(_mutated(), some.sampled_from(list(Reading)))
    def survives(call: Call, reading: Reading) -> None:
        with capture_logs() as lines:
            status, headers, body = front.answer(call, reading.value)
        assert not [line for line in lines if line["event"] == "request.bug"]
        if status in (200, 202):
            _check_accepted(front, headers, body)
        else:
            _check_refused(headers["content-type"], body)

    while time.monotonic() < ends:
        survives()


def _check_accepted(front: Front, headers: dict[str, str], body: bytes) -> None:
    """What was recorded is the strict form of the contract's data, but for `extra`."""
    event_ids = [headers["gateway-event-id"]] if "gateway-event-id" in headers else []
    event_ids = event_ids or [one["eventId"] for one in json.loads(body)["receipts"]]
    for event_id in event_ids:
        data = _without_extra(parsed_json(front.data_of(event_id).decode()))
        assert isinstance(data, dict)
        read, violations = _STRICT.examine(data.items(), Form.JSON)
        assert [] == violations
        assert canonical_json(data) == canonical_json(read)


def _without_extra(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_extra(item) for name, item in value.items() if name != EXTRA}
        case list():
            return [_without_extra(item) for item in value]
        case _:
            return value


def _check_refused(content_type: str, body: bytes) -> None:
    """A refusal is whole, in its dialect."""
    if content_type == "application/problem+json":
        problem = json.loads(body)
        assert set(problem) == _PROBLEM
        assert "internal" != problem["reason"]
        return
    root = etree.fromstring(body)
    namespace = NS12 if content_type.startswith("application/soap+xml") else NS11
    assert root.tag == f"{{{namespace}}}Envelope"
    assert root.find(f"{{{namespace}}}Body/{{{namespace}}}Fault") is not None
    assert b"<code>internal<" not in body

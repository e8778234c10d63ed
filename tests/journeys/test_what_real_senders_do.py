"""What real senders put into bodies and headers, line by line of facts/http-senders.md §4, through the real door.

JSON and what is about the wire have files of their own beside this one. Left to their own issues: JSON inside a
form field (a preset names the field), what is signed and over which bytes, clock skew, and handshakes; TLS is the
proxy's. Where the advice there and INTERFACE.md differ, INTERFACE.md is tested, and the name or a comment says so.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.assembly import Workshop
from gateway.model.request import Answer
from gateway.receiver import Door
from gateway.settings import Document
from gateway.store.migrate import migrate
from gateway.store.place import SqliteFile
from gateway.store.store import Store, open_store
from tests.configured import ANYBODY, JOURNAL, TO_CRM, a_gateway, fixed, unusable
from tests.test_receiver import an_environ

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
CALL = b'{"call_id":"4711"}'
DATA = {"call_id": "4711"}
_CONTRACT = """
name = "calls"
namespace = "urn:example:real:v1"
[events."call.ended".fields]
call_id  = { type = "string", required = true }
notes    = { type = "string" }
amount   = { type = "decimal" }
count    = { type = "integer" }
tags     = { type = "string", list = true }
voice    = { type = "base64" }
segments = { type = "segment", list = true }
[types.segment.fields]
agent_id = { type = "string" }
"""
_SOURCES = """
[sources.pbx]
contract = "contract.toml"
authenticate = { kind = "anonymous" }
[sources.keyed]
contract = "contract.toml"
authenticate = { kind = "api_key", query = "key", key = { env = "PBX_KEY" } }
"""


class Sender:
    """Calls the door, and looks into the store."""

    def __init__(self, door: Door, store: Store) -> None:
        self.door, self.store = door, store

    def send(
        self, body: str | bytes, content_type: str = JSON, *, source: str = "pbx", query: str = "", **headers: str
    ) -> Answer:
        sent = body.encode() if isinstance(body, str) else body
        others = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        more = {"CONTENT_TYPE": content_type, "QUERY_STRING": query}
        return self.door.answer(an_environ(f"/in/{source}/call-ended", sent, **more | others))

    def data(self, *args: Any, **more: Any) -> Any:
        return json.loads(self.written(*args, **more))

    def written(self, *args: Any, **more: Any) -> str:
        """The event's data, byte for byte, as text."""
        answer = self.send(*args, **more)
        assert 202 == answer.status, answer.body.decode()
        with self.store.database.reading() as connection:
            query, event_id = "SELECT data FROM events WHERE event_id = ?", answer.headers["Gateway-Event-Id"]
            found: bytes = connection.exec_driver_sql(query, (event_id,)).scalar_one()
        return found.decode()

    def refused(self, *args: Any, **more: Any) -> tuple[int, str]:
        """Status and reason."""
        problem = json.loads(self.send(*args, **more).body)
        return problem["status"], problem["reason"]

    def request(self, answer: Answer) -> dict[str, Any]:
        self.store.inbox.flush()
        found = self.store.history.request(answer.headers["Gateway-Request-Id"])
        assert found is not None
        return found


def a_sender(folder: Path) -> Iterator[Sender]:
    (folder / "contract.toml").write_text(_CONTRACT, encoding="utf-8")
    (folder / "gateway.toml").write_text(_SOURCES, encoding="utf-8")
    with (
        pytest.MonkeyPatch.context() as patch,
        closing(open_store(SqliteFile(folder / "gateway.db", folder / "gateway.lock"))) as store,
    ):
        patch.setenv("PBX_KEY", "hunter2-hunter2")
        migrate(store.database)
        gateway = Workshop().build(Document.at(folder / "gateway.toml"), 1)
        yield Sender(Door(fixed(gateway), store.inbox, "http://localhost"), store)


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    yield from a_sender(tmp_path_factory.mktemp("real"))


def test_a_compressed_body_is_inflated_and_another_coding_is_unsupported(sender: Sender) -> None:
    for coding, packed in (("gzip", gzip.compress(CALL)), ("deflate", zlib.compress(CALL)), ("identity", CALL)):
        assert DATA == sender.data(packed, content_encoding=coding)
    assert (415, "unsupported_media") == sender.refused(CALL, content_encoding="br")
    assert (413, "too_large") == sender.refused(gzip.compress(b" " * 2**24), content_encoding="gzip")
    assert (400, "malformed") == sender.refused(CALL, content_encoding="gzip")


def test_a_byte_order_mark_is_no_part_of_the_data_and_stays_in_what_is_kept(sender: Sender) -> None:
    answer = sender.send(b"\xef\xbb\xbf" + CALL)
    assert (202, len(CALL) + 3) == (answer.status, sender.request(answer)["bytes"])
    assert DATA == sender.data(b"\xef\xbb\xbf" + CALL) == sender.data("\ufeffcall_id=4711", FORM)


def test_utf_16_is_read_where_it_shows_though_the_advice_is_utf_8_alone(sender: Sender) -> None:
    text = '{"call_id":"Zoë"}'
    for body in (text.encode("utf-16"), text.encode("utf-16-le"), text.encode("utf-16-be")):
        assert {"call_id": "Zoë"} == sender.data(body)
    assert (400, "malformed") == sender.refused(text.encode("latin-1"))


@pytest.mark.parametrize("media", ["", "text/plain", "text/plain; charset=UTF-8", "application/octet-stream", FORM])
def test_a_wrong_or_missing_content_type_hides_no_json(sender: Sender, media: str) -> None:
    assert DATA == sender.data(CALL, media)


@pytest.mark.parametrize(
    "media", ["APPLICATION/JSON", 'application/json; charset="UTF-8"', "application/json;v=2 ;q=1"]
)
def test_only_the_media_type_of_a_content_type_is_compared(sender: Sender, media: str) -> None:
    answer = sender.send(CALL, media)
    assert (202, False) == (answer.status, b"notes" in answer.body)


def test_odd_values_of_headers_that_nobody_uses_fail_nothing(sender: Sender) -> None:
    odd = {
        "accept_encoding": "UTF-8",
        "accept": ";;",
        "date": "yesterday",
        "if_match": "*",
        "cookie": "=",
        "te": "\xff",
    }
    assert DATA == sender.data(CALL, **odd, content_encoding="")


def test_blank_form_values_are_sent_values(sender: Sender) -> None:
    # A declared field that is blank is absent; what is unknown keeps its blank.
    assert DATA | {"extra": {"text": "", "flag": ""}} == sender.data("call_id=4711&notes=&count=&text=&flag", FORM)


def test_a_form_key_that_comes_twice_is_a_violation_and_neither_the_first_nor_the_last_wins(sender: Sender) -> None:
    for name in ("notes", "unknown"):
        answer = sender.send(f"call_id=1&{name}=a&{name}=b", FORM)
        assert [{"path": f"/{name}", "message": "is sent twice"}] == json.loads(answer.body)["violations"]
    assert {"call_id": "1", "tags": ["b", "a", "b"]} == sender.data("tags=b&call_id=1&tags=a&tags=b", FORM)


def test_arrays_in_forms_are_expanded_where_they_are_declared_and_flat_where_not(sender: Sender) -> None:
    body = "call_id=1&tags[]=b&segments[0][agent_id]=7&segments[1][agent_id]=8&a[0][b]=1"
    assert {
        "call_id": "1",
        "tags": ["b"],
        "segments": [{"agent_id": "7"}, {"agent_id": "8"}],
        "extra": {"a[0][b]": "1"},
    } == sender.data(body, FORM)
    assert (422, "contract_violation") == sender.refused("call_id=1&segments[9999999][agent_id]=7", FORM)
    assert (413, "too_large") == sender.refused("call_id=1" + "&tags[]=a" * 10_000, FORM)


def test_a_latin_1_form_is_read_and_its_sender_is_told(sender: Sender) -> None:
    answer = sender.send("call_id=Zo%EB", FORM)
    assert ["the form is not UTF-8 and names no charset; it was read as Windows-1252"] == json.loads(answer.body)[
        "notes"
    ]
    assert {"call_id": "Zoë"} == sender.data("call_id=Zo%EB", FORM) == sender.data("call_id=Zo%C3%AB", FORM)
    assert {"call_id": "Zoё"} == sender.data("call_id=Zo%A3", f"{FORM}; charset=koi8-r")


def test_plus_is_a_blank_and_only_an_ampersand_separates(sender: Sender) -> None:
    assert {"call_id": "a b+c", "notes": "d;e=f"} == sender.data("call_id=a+b%2Bc&notes=d;e=f", FORM)


def test_a_part_without_a_file_name_is_text_and_one_with_it_is_a_file(sender: Sender) -> None:
    def parts(disposition: str) -> bytes:
        one = '--b\r\nContent-Disposition: form-data; name="{}\r\n\r\nAP8=\r\n'
        return (one.format('call_id"') + one.format(disposition) + "--b--\r\n").encode()

    assert {"call_id": "AP8=", "notes": "AP8="} == sender.data(parts('notes"'), MULTIPART)
    assert {"call_id": "AP8=", "voice": "QVA4PQ=="} == sender.data(parts('voice"; filename="a.wav"'), MULTIPART)
    assert (422, "contract_violation") == sender.refused(parts('attachment1"; filename="a.txt"'), MULTIPART)
    assert (413, "too_large") == sender.refused(
        b'--b\r\nX-A: 1\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 1001 + b"--b--", MULTIPART
    )


def test_a_secret_in_the_query_is_no_field_and_shows_nowhere(sender: Sender) -> None:
    query = "key=hunter2-hunter2&notes=a%20b"
    with capture_logs() as lines:
        answer = sender.send(CALL, source="keyed", query=query)
        assert {"call_id": "4711", "notes": "a b"} == sender.data(CALL, source="keyed", query=query)
        wrong = sender.send(CALL, source="keyed", query="key=hunter3-hunter3")
    assert (202, 401) == (answer.status, wrong.status)
    assert "hunter" not in repr((lines, sender.request(answer), sender.request(wrong), wrong.body))


def test_our_own_faults_are_503_and_ask_to_come_back(tmp_path: Path, store: Store) -> None:
    door = Door(fixed(a_gateway(tmp_path, ANYBODY + JOURNAL + TO_CRM)), store.inbox, "http://localhost")
    with unusable(store):
        answer = door.answer(an_environ("/in/pbx/call-ended", CALL))
    assert (503, "store_unavailable") == (answer.status, json.loads(answer.body)["reason"])
    assert int(answer.headers["Retry-After"]) > 0

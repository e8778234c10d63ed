"""Stored requests, read again by the contract and mapping of today."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.assembly import Workshop
from gateway.errors import ContractViolation, UnknownOperation, UnknownSource
from gateway.model.difference import Difference
from gateway.model.event import Event
from gateway.model.request import Request
from gateway.model.route import Duty
from gateway.pipeline import Gateway
from gateway.rereading import Reread, reread
from gateway.store.retried import RetriedRequests, StoredRequest
from gateway.store.store import Store
from tests.builders import a_request
from tests.configured import ANYBODY, JOURNAL, TO_CRM, a_document
from tests.soap.calling import TYPES, an_envelope

CONTRACT = """
name = "calls"
namespace = "urn:example:soap:v1"
version = 1
[events."call.ended".fields]
call_id = { type = "string", required = true }
duration = { type = "duration" }
"""
STRICTER = CONTRACT.replace('"duration" }', '"duration", required = true }')
CHANGED = CONTRACT.replace("\n[events", '\n[events."call.ended"]\nsubject = "#call_id#"\n[events')
BY_KEY = ANYBODY.replace(
    '{ kind = "anonymous" }', '{ kind = "api_key", query = "key", key = { env = "PBX_KEY" }, caller = "ann" }'
)
JSON = {"content-type": "application/json"}
LARGE = 300 * 1024

Configure = Callable[..., Gateway]


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    monkeypatch.setenv("PBX_KEY", "hunter2")

    def configured(contract: str = CONTRACT, sources: str = ANYBODY) -> Gateway:
        document = a_document(tmp_path, sources + JOURNAL + TO_CRM)
        (tmp_path / "contract.toml").write_text(contract, encoding="utf-8")
        return Workshop().build(document, 1)

    return configured


def stored(
    gateway: Gateway, store: Store, body: bytes, headers: Mapping[str, str] = JSON, **more: Any
) -> StoredRequest:
    """What was kept of a call that `gateway` took."""
    path = more.pop("path", "/in/pbx/call-ended")
    request: Request = a_request(body, headers=headers, event="call-ended", loaded=False, **more)
    request.path = path
    gateway.receive(request, store.inbox)
    found = RetriedRequests(store.database).find(request.request_id)
    assert found is not None
    return found


def to_crm(_event: Event) -> list[Duty]:
    return [Duty("all", "crm")]


def again(gateway: Gateway, one: StoredRequest) -> list[Reread]:
    return reread(gateway, one, to_crm).found


def test_by_the_same_contract_nothing_is_different(configure: Configure, store: Store) -> None:
    gateway = configure()
    was = stored(gateway, store, b'{"call_id":"4711","duration":"1:30"}')
    (one,) = again(gateway, was)
    (old,) = was.events.values()
    assert [] == one.differences
    assert (old, old.id, 0, [Duty("all", "crm")]) == (
        one.before, one.remade.replay_of, one.remade.position, one.remade.duties,
    )  # fmt: skip
    assert old.id != one.remade.event.id
    assert {**old.attributes, "replayof": old.id} == one.remade.event.attributes


def test_by_another_contract_each_change_is_told_by_its_place(configure: Configure, store: Store) -> None:
    was = stored(configure(CONTRACT.replace("duration =", "length =")), store, b'{"call_id":"4711","duration":90}')
    (one,) = again(configure(CHANGED), was)
    assert [
        Difference("/data/extra", '{"duration":90}', None),
        Difference("/data/duration", None, "90"),
        Difference("/subject", None, '"4711"'),
    ] == one.differences


def test_what_would_be_refused_today_says_why(configure: Configure, store: Store) -> None:
    was = stored(configure(), store, b'{"call_id":"4711"}')
    with pytest.raises(ContractViolation) as caught:
        again(configure(STRICTER), was)
    assert ["/duration"] == [one.path for one in caught.value.violations]


def test_a_source_or_version_that_is_gone_is_told(configure: Configure, store: Store) -> None:
    was = stored(configure(), store, b'{"call_id":"4711"}', path="/in/pbx/v1/call-ended", version="1")
    with pytest.raises(UnknownOperation, match="no version 1; there is: 2"):
        again(configure(CONTRACT.replace("version = 1", "version = 2")), was)
    with pytest.raises(UnknownSource):
        again(configure(sources=ANYBODY.replace("sources.pbx", "sources.other")), was)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"call_id=4711", {"content-type": "application/x-www-form-urlencoded"}),
        (gzip.compress(b'{"call_id":"4711"}'), JSON | {"content-encoding": "gzip"}),
        (b'{"call_id":"4711"}' + LARGE * b" ", JSON),
        *(
            (
                an_envelope(
                    '<submitCallEnded xmlns="urn:example:soap:v1"><callEnded><call_id>4711</call_id></callEnded>'
                    "</submitCallEnded>",
                    soap,
                ).encode(),
                {"content-type": kind},
            )
            for soap, kind in TYPES.items()
        ),
    ],
    ids=["form", "gzip", "large", "soap11", "soap12"],
)
def test_it_is_read_again_by_whatever_door_it_came(
    configure: Configure, store: Store, body: bytes, headers: dict[str, str]
) -> None:
    gateway = configure()
    was = stored(gateway, store, body, headers)
    assert body == was.body
    (one,) = again(gateway, was)
    (old,) = was.events.values()
    assert ([], b'{"call_id":"4711"}', old.attributes["binding"]) == (
        one.differences, one.remade.event.data, one.remade.event.attributes["binding"],
    )  # fmt: skip


def test_who_called_is_who_was_proved_then_and_a_masked_key_is_no_field(configure: Configure, store: Store) -> None:
    was = stored(configure(sources=BY_KEY), store, b'{"call_id":"4711"}', query="key=hunter2&duration=5")
    assert "key=••••&duration=5" == was.query
    for today in (BY_KEY, ANYBODY):
        (one,) = again(configure(sources=today), was)
        assert ("ann", b'{"call_id":"4711","duration":5}') == (
            one.remade.event.attributes["caller"], one.remade.event.data,
        )  # fmt: skip


def test_of_a_list_each_event_stands_in_the_place_of_its_own(configure: Configure, store: Store) -> None:
    gateway = configure()
    was = stored(gateway, store, b'[{"call_id":"1"},{"call_id":"2"}]')
    found = again(gateway, was)
    assert list(was.event_ids) == [one.remade.replay_of for one in found]
    assert [0, 1] == [one.remade.position for one in found]
    assert [[], []] == [one.differences for one in found]


def test_of_a_list_with_a_repeat_only_what_was_new_is_made_again(configure: Configure, store: Store) -> None:
    gateway = configure(sources=ANYBODY + 'idempotency = { key = "#call_id#" }\n')
    first = stored(gateway, store, b'{"call_id":"1"}')
    was = stored(gateway, store, b'[{"call_id":"1"},{"call_id":"2"}]')
    (one,) = again(gateway, was)
    assert (1, was.event_ids[1]) == (one.remade.position, one.remade.replay_of)
    assert frozenset(first.event_ids) == was.repeats

"""A phone call that came in pieces, with a restart in the middle, leaves as one; a straggler amends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.running import Downstream, RunningGateway, running, wait_for

pytestmark = pytest.mark.usefixtures("database")

UII, OTHER = "202603161015020132120000041177", "202603161015020132120000041178"
_CONFIGURATION = """
worker_processes = 2
[log]
level = "warning"
[sources.contact-centre]
preset = "ringcx"
authenticate = {{ kind = "anonymous" }}
[destinations.crm]
kind = "http"
url = "{url}"
[routes.calls]
events = ["call.completed", "call.silent"]
to = "crm"
[joins.calls]
from = "contact-centre"
key = "#call_id#"
until = 'event.type == "call.ended"'
settle = "4s"
longest = "10m"
emits = "call.completed"
[joins.silent]
events = "call.dequeued"
key = "#call_id#"
longest = "3s"
emits = "call.silent"
[joins.calls.fields]
customer = "#ani#"
duration = {{ value = "#duration#", of = "call.ended" }}
[joins.calls.fields.segments]
each = "agent.segment.ended"
sort = "#segment#"
[joins.calls.fields.segments.fields]
segment = "#segment#"
agent = "#agent_id#"
disposition = {{ value = "#disposition#", of = "disposition.set", on = "#agent_id#" }}
"""


@pytest.fixture
def far() -> Iterator[Downstream]:
    opened = Downstream()
    yield opened
    opened.close()


def _post(gateway: RunningGateway, webhook: str, **fields: Any) -> None:
    answer = gateway.post(f"contact-centre/{webhook}", data={"uii": UII, "ani": "5105550111", **fields})
    assert (200, "accepted") == (answer.status_code, answer.json()["status"])


def _versions(far: Downstream, key: str) -> list[dict[str, Any]]:
    return [event["data"] for event in far.events if event["subject"] == key]


def test_its_pieces_become_one_event_and_what_comes_late_a_new_version(
    tmp_path_factory: pytest.TempPathFactory, far: Downstream
) -> None:
    with running(tmp_path_factory.mktemp("whole"), _CONFIGURATION.format(url=far.url)) as gateway:
        _post(gateway, "agent-termination", agent_id="8", recording_url=f"https://r.example.com/{UII}-3.WAV")
        _post(gateway, "dequeue", uii=OTHER)  # one that never ends
        gateway.stop()
        gateway.start()
        _post(gateway, "post-call", duration="537")
        _post(gateway, "agent-termination", agent_id="7", recording_url=f"https://r.example.com/{UII}-2.WAV")
        _post(gateway, "post-disposition", agent_id="7", agent_disposition="Transferred")
        (whole,) = wait_for(lambda: _versions(far, UII), 30, "the call")
        first = [{"segment": 2, "agent": "7", "disposition": "Transferred"}, {"segment": 3, "agent": "8"}]
        assert {
            "customer": "5105550111", "duration": 537, "segments": first, "version": 1, "ended": True,
        } == whole  # fmt: skip

        _post(gateway, "post-disposition", agent_id="8", agent_disposition="Resolved")
        wait_for(lambda: len(_versions(far, UII)) == 2, 30, "the straggler's version")
        second = [first[0], {**first[1], "disposition": "Resolved"}]
        assert {**whole, "segments": second, "version": 2} == _versions(far, UII)[1]

        (silent,) = wait_for(lambda: _versions(far, OTHER), 30, "the call that never ended")
        assert (1, False, ["call.dequeued"]) == (
            silent["version"], silent["ended"], [one["type"] for one in silent["events"]],
        )  # fmt: skip
        assert {"/joins/calls", "/joins/silent"} == {event["source"] for event in far.events}

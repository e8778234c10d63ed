"""What goes wrong on RingCX's side: identifiers that a spreadsheet took apart, notes, clocks, order, names, wiring."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.presets import FORM, JSON, Caller
from tests.presets.ringcx import READ, RECORDING, TERMINATION, UII, filled, new, pasted, without

LONG = ('Said "no", twice.\r\nThen: {"yes"}, 50% off & more\n' * 2000)[:65_535]
AGENTS = {"ana": {"agent_id": "1369310"}, "ben": {"agent_id": "1369344"}}


def call_id(number: int) -> str:
    return f"{UII[:-4]}{number:04}"


def told(ringcx: Caller, number: int) -> list[tuple[str, str | None, int | None]]:
    """Of the call with this number: each event's type, agent and segment, in the order in which they came."""
    found = []
    for item in reversed(ringcx.events()):
        if item["subject"] == call_id(number):
            event = ringcx.store.history.event(item["id"])
            assert event is not None
            data = event["event"]["data"]
            found.append((item["type"], data.get("agent_id"), data.get("segment")))
    return found


def leg(number: int, segment: int, agent: str, **more: str) -> dict[str, str]:
    recording = RECORDING.replace(f"{UII}-2", f"{call_id(number)}-{segment}")
    return {"uii": call_id(number), **AGENTS[agent], "recording_url": recording, **more}


@pytest.mark.parametrize("sent", ["2.02603161015020e+29", "2E29", "2.02603161015020132120000041177E+29"])
def test_an_id_in_scientific_notation_says_nothing_and_the_recording_does(ringcx: Caller, sent: str) -> None:
    assert UII == ringcx.data(ringcx.form("/agent-termination", new(uii=sent)))["call_id"]


def test_an_id_in_scientific_notation_and_no_recording_waits_in_quarantine(ringcx: Caller) -> None:
    answer = ringcx.form("/agent-termination", new(uii="2.02603E+29", recording_url=""))
    assert [("/call_id", "is required")] == ringcx.violations(answer)


@pytest.mark.parametrize("sent", [UII[2:], f"'{UII[2:]}", f"'{UII}"])
def test_an_id_of_28_digits_or_with_an_apostrophe_is_the_call_that_it_means(ringcx: Caller, sent: str) -> None:
    fields = new(uii=sent, recording_url="")
    assert UII == ringcx.data(ringcx.form("/agent-termination", fields))["call_id"]
    assert UII == ringcx.event(ringcx.call("/agent-termination", json.dumps(fields), JSON))["subject"]


@pytest.mark.parametrize("media", [FORM, f"{FORM}; charset=ISO-8859-1"])
def test_a_form_in_latin_1_is_read(ringcx: Caller, media: str) -> None:
    body = urlencode(new(agent_notes="Größe für Zoë: 50 £"), encoding="latin-1")
    assert "Größe für Zoë: 50 £" == ringcx.data(ringcx.call("/agent-termination", body, media))["notes"]


@pytest.mark.parametrize("query", [False, True])
def test_a_form_that_is_no_url_encoding_at_all_is_read_as_far_as_it_can_be(ringcx: Caller, *, query: bool) -> None:
    body = urlencode(new()).replace("agent_notes=", "agent_notes=100%+sure&&=&x")
    path = "/agent-termination"
    answer = ringcx.call(path, query=body) if query else ringcx.call(path, body)
    assert "100% sure" == ringcx.data(answer)["notes"]


def test_long_notes_with_line_breaks_and_quotes_are_kept_from_a_form(ringcx: Caller) -> None:
    data = ringcx.data(ringcx.form("/post-disposition", new(agent_notes=LONG)))
    assert (65_535, LONG) == (len(data["notes"]), data["notes"])


def test_long_notes_with_line_breaks_and_quotes_are_kept_from_the_json_that_they_broke(ringcx: Caller) -> None:
    fields = new(agent_notes=LONG, agent_disposition="Resolved", agent_wrap_time="35")
    data = ringcx.data(ringcx.call("/post-disposition", filled(pasted(ringcx, "post-disposition"), fields), JSON))
    assert (LONG, "Resolved", 35) == (data["notes"], data["disposition"], data["wrap_duration"])


@pytest.mark.parametrize("looks", ['",', '"{', '"[', '"a":1,', "x,"])
def test_long_notes_that_look_like_very_much_json_are_mended_too(ringcx: Caller, looks: str) -> None:
    notes = f'"{looks * 65_535}'[:65_535]
    fields = new(agent_notes=notes, agent_disposition="Resolved")
    answer = ringcx.call("/post-disposition", filled(pasted(ringcx, "post-disposition"), fields), JSON)
    assert notes == ringcx.data(answer)["notes"]


def test_notes_that_are_too_long_wait_whole(ringcx: Caller) -> None:
    answer = ringcx.form("/post-disposition", new(agent_notes=LONG + "x"))
    assert [("/notes", "must have at most 65535 characters, has 65536")] == ringcx.violations(answer)
    assert urlencode({"agent_notes": LONG + "x"}) in ringcx.request(answer)["body"]


def test_a_disposition_may_come_before_its_call(ringcx: Caller) -> None:
    ringcx.event(ringcx.form("/post-disposition", leg(1, 2, "ana", agent_disposition="Resolved")))
    ringcx.event(ringcx.form("/agent-termination", leg(1, 2, "ana")))
    ringcx.event(ringcx.form("/post-call", leg(1, 1, "ana")))
    assert [
        ("disposition.set", "1369310", 2), ("agent.segment.ended", "1369310", 2), ("call.ended", "1369310", None),
    ] == told(ringcx, 1)  # fmt: skip


def test_a_transfer_of_a_transfer_is_one_call_of_three_segments(ringcx: Caller) -> None:
    for segment, agent in ((2, "ana"), (3, "ben"), (4, "ana")):
        ringcx.event(ringcx.form("/agent-termination", leg(2, segment, agent, sess_duration=str(segment))))
        ringcx.event(ringcx.form("/transfer-termination", leg(2, segment, agent, transfer_type="WARM")))
    ringcx.event(ringcx.form("/post-call", leg(2, 1, "ana")))
    assert [2, 2, 3, 3, 4, 4, None] == [segment for _, _, segment in told(ringcx, 2)]
    assert ["1369310", "1369344", "1369310"] == [
        agent for kind, agent, _ in told(ringcx, 2) if kind.startswith("agent")
    ]


def test_two_calls_that_swap_agents_stay_apart(ringcx: Caller) -> None:
    for segment, (one, other) in enumerate((("ana", "ben"), ("ben", "ana")), 2):
        ringcx.event(ringcx.form("/agent-termination", leg(3, segment, one)))
        ringcx.event(ringcx.form("/agent-termination", leg(4, segment, other)))
    assert [("1369310", 2), ("1369344", 3)] == [found[1:] for found in told(ringcx, 3)]
    assert [("1369344", 2), ("1369310", 3)] == [found[1:] for found in told(ringcx, 4)]


@pytest.mark.parametrize(("call_start", "hours"), [("2026-03-16 11:15:02", "after"), ("2026-03-16 09:15:02", "before")])
def test_a_clock_that_is_an_hour_off_is_kept_and_warned_of(ringcx: Caller, call_start: str, hours: str) -> None:
    event = ringcx.event(ringcx.form("/agent-termination", new(call_start=call_start)))
    assert f"call_start is 1 h {hours} the time in call_id: see time_zone" == event["warning"]
    assert call_start[11:13] == f"{int(event['data']['call_start'][11:13]) - 4:02}"


def test_one_url_for_two_webhooks_keeps_both_posts(ringcx: Caller) -> None:
    """Call's end and disposition, both posted to `post-call`: what the agent says is empty in the first."""
    ended = new(uii=call_id(5), recording_url="", agent_disposition="", agent_notes="")
    said = ended | {"agent_disposition": "Resolved", "agent_notes": "Refund sent"}
    answers = [ringcx.form("/post-call", fields) for fields in (ended, said, ended, said)]
    assert ["accepted", "accepted", "duplicate", "duplicate"] == [json.loads(one.body)["status"] for one in answers]
    assert [None, "Resolved"] == [ringcx.data(one).get("disposition") for one in answers[:2]]
    assert 2 == len(told(ringcx, 5))


def test_a_queue_and_a_campaign_may_name_the_fields_differently(ringcx: Caller) -> None:
    by_queue = {
        "uii": UII,
        "gate_id": "72992",
        "agent_username": "ana",
        "sess_duration": "150",
        "agent_disposition": "x",
    }
    by_campaign = {
        "interactionId": UII, "GateNumber": "72992", "userName": "ana", "Agent-Duration": "00:02:30",
        "disposition": "x",
    }  # fmt: skip
    one, other = (ringcx.data(ringcx.form("/agent-termination", new_only(it))) for it in (by_queue, by_campaign))
    assert without(one) == without(other)
    assert {"queue_id": "72992", "agent_username": "ana", "segment_duration": 150} == {
        name: one[name] for name in ("queue_id", "agent_username", "segment_duration")
    }


def new_only(fields: dict[str, str]) -> dict[str, str]:
    """`fields`, and what makes them a post like no other."""
    return {**fields, "agent_phone": new()["agent_phone"]}


@pytest.mark.parametrize(
    ("fields", "queue", "extra"),
    [
        ({"gate_id": "1", "queue_id": "2"}, "2", {"gate_id": "1"}),
        ({"gate_id": "1", "queue_id": ""}, "1", None),
        ({"gate_id": "1", "queueId": "#queue_id#"}, "1", None),
        ({"gate_id": "1", "gate_number": "3"}, "1", {"gate_number": "3"}),
        ({"gate_id": "1", "queue_id": "1"}, "1", None),
    ],
)
def test_of_two_names_of_one_field_the_first_that_says_something_counts(
    ringcx: Caller, fields: dict[str, str], queue: str, extra: dict[str, Any] | None
) -> None:
    post = {name: value for name, value in new().items() if name != "gate_id"} | fields
    for answer in (
        ringcx.form("/agent-termination", post),
        ringcx.call("/agent-termination", json.dumps(post | {"agent_phone": "x" + post["agent_phone"]}), JSON),
    ):
        data = ringcx.data(answer)
        assert (queue, extra) == (data["queue_id"], data.get("extra"))
        assert without(READ) == without(data, "extra") | ({"queue_id": "72992"})


def test_one_name_twice_in_one_form_waits_in_quarantine(ringcx: Caller) -> None:
    answer = ringcx.call("/agent-termination", urlencode([*TERMINATION.items(), ("agent_id", "2")]))
    assert [("/agent_id", "is sent twice")] == ringcx.violations(answer)

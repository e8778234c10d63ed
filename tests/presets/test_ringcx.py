"""RingCX's posts, as its form makes them: facts/ringcx.md §2, §5 and §7.3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.presets import FORM, JSON, XML, Caller, a_caller
from tests.presets.ringcx import (
    CALLED,
    CONFIGURATION,
    READ,
    RECORDING,
    SOAP,
    TERMINATION,
    UII,
    as_elements,
    filled,
    new,
    pasted,
    without,
)


def test_a_form_becomes_the_event_that_its_path_names(ringcx: Caller) -> None:
    event = ringcx.event(ringcx.form("/agent-termination", TERMINATION))
    assert ("agent.segment.ended", UII, "form") == (event["type"], event["subject"], event["binding"])
    assert READ == event["data"]


@pytest.mark.parametrize(
    "call",
    [
        lambda it, fields: it.call("/agent-termination", query=urlencode(fields)),
        lambda it, fields: it.call("/agent-termination", urlencode(fields), method="PUT"),
        lambda it, fields: it.call("", urlencode({"event_type": "agent_termination", **fields})),
        lambda it, fields: it.call("", urlencode(fields), query="event_type=agentTermination"),
        lambda it, fields: it.call("", json.dumps({"eventType": "agent-termination", **fields}), JSON),
        lambda it, fields: it.call("", f"<agentTermination>{as_elements(fields, '')}</agentTermination>", "text/xml"),
        lambda it, fields: it.call("/agent-termination", f"<x>{as_elements(fields, '')}</x>", "application/xml"),
        lambda it, fields: it.call("/agent-termination", json.dumps(fields), "text/plain"),
        lambda it, fields: it.call("/agent-termination", "\n".join(map(": ".join, fields.items())), "text/plain"),
        lambda it, fields: it.call("/agent-termination", "\r\n".join(map("=".join, fields.items())), "text/plain"),
        lambda it, fields: it.call("", SOAP.format(CALLED.format(as_elements(fields))), XML, soapaction='""'),
        lambda it, fields: it.call("", SOAP.format(CALLED.format(as_elements(fields, ""))), XML, soapaction='"x"'),
        lambda it, fields: it.call(
            "/agent-termination", SOAP.format(f"<call>{as_elements(dict(reversed(fields.items())))}</call>"), XML
        ),
        lambda it, fields: it.call(
            "",
            SOAP.format(CALLED.format(as_elements({f"n:{name}": value for name, value in fields.items()}, ""))),
            XML,
        ),
        lambda it, fields: it.call(
            "", SOAP.format(f"<call>{as_elements({'event_type': 'agent_termination', **fields})}</call>"), XML
        ),
    ],
)  # fmt: skip
def test_it_is_the_same_event_however_the_form_of_ringcx_sends_it(ringcx: Caller, call: Any) -> None:
    event = ringcx.event(call(ringcx, new()))
    assert "agent.segment.ended" == event["type"]
    assert READ == without(event["data"])


def test_the_answer_is_200_small_and_no_redirect(ringcx: Caller) -> None:
    answer = ringcx.form("/agent-termination", new())
    head = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())
    assert 200 == answer.status
    assert head + len(answer.body) + 300 < 1024  # what the server adds is less than 300


def test_soap_is_answered_with_one_text_in_the_response_of_what_was_called(ringcx: Caller) -> None:
    answer = ringcx.call("", SOAP.format(CALLED.format(as_elements(new()))), XML, soapaction='""')
    assert (200, XML) == (answer.status, answer.content_type)
    assert b'<m:agentTerminationResponse xmlns:m="urn:acme:calls"><return ' in answer.body
    assert b'xsi:type="xsd:string">accepted</return></m:agentTerminationResponse>' in answer.body


def test_a_strict_client_of_the_same_contract_is_still_checked_strictly(ringcx: Caller) -> None:
    strict = Caller(ringcx.door, ringcx.store, "strict")
    assert 500 == strict.call("", SOAP.format(CALLED.format(as_elements(new()))), XML, soapaction='""').status
    assert 422 == strict.form("/call-ended", {"ani": "5105550111"}).status


def test_an_unknown_caller_is_refused_and_not_kept(ringcx: Caller) -> None:
    assert 401 == Caller(ringcx.door, ringcx.store, "contact-centre").form("/post-call", {}).status


def test_what_it_left_unfilled_is_absent(ringcx: Caller) -> None:
    fields = new(extern_id="#extern_id#", agent_id="0", agent_team="#agent_team#", agent_notes="", script_x="#x.y#")
    data = ringcx.data(ringcx.form("/agent-termination", fields))
    assert without(READ, "agent_id") == without(data)


def test_what_it_names_otherwise_or_nobody_knows_is_kept_under_extra(ringcx: Caller) -> None:
    data = ringcx.data(ringcx.form("/agent-termination", new(AgentID="7", favourite_colour="blue")))
    assert {"AgentID": "7", "favourite_colour": "blue"} == data["extra"]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("'" + UII, UII),
        (UII[2:], UII),
        ("'" + UII[2:], UII),
        ("2.02603161015020e+29", UII),
        ("2.02603E29", UII),
        ("", UII),
        ("#uii#", UII),
        ("12345", "12345"),
        (UII[:28], UII[:28]),
    ],
)
def test_the_calls_id_is_mended_or_taken_from_the_recordings_name(ringcx: Caller, sent: str, read: str) -> None:
    assert read == ringcx.data(ringcx.form("/agent-termination", new(uii=sent)))["call_id"]


def test_the_two_channel_recording_tells_call_and_segment_too(ringcx: Caller) -> None:
    url = f"https://recordings.example.com/?file=perspective/15300002/202603/16/{UII}-session-3-stereo.WAV"
    fields = new(recording_url="", sess_agent_perspective_recording_url=url)
    del fields["uii"]
    data = ringcx.data(ringcx.form("/agent-termination", fields))
    assert (UII, 3, url) == (data["call_id"], data["segment"], data["agent_recording_url"])


def test_the_recording_of_a_whole_call_tells_no_segment(ringcx: Caller) -> None:
    data = ringcx.data(ringcx.form("/post-call", new(recording_url=RECORDING.replace("-2.WAV", "-1.WAV"))))
    assert "segment" not in data


def test_a_call_without_any_id_waits_in_quarantine_with_what_it_lacks(ringcx: Caller) -> None:
    answer = ringcx.form("/agent-termination", new(uii="2.02603E29", recording_url=""))
    assert [("/call_id", "is required")] == ringcx.violations(answer)
    receipt = json.loads(answer.body)
    assert "eventId" not in receipt
    assert ["kept, and not understood: /call_id is required"] == receipt["notes"]
    kept = ringcx.request(answer)
    assert ("quarantined", "contract_violation", "ringcx") == (kept["state"], kept["reason"], kept["caller"])
    assert "2.02603E29" in kept["body"]


@pytest.mark.parametrize(
    ("body", "media", "reason"),
    [
        ("{", JSON, "malformed"),
        ("<a><b></a>", "text/xml", "malformed"),
        ("\x00\x01", "image/png", "unsupported_media"),
        ("", FORM, "malformed"),
        (json.dumps({"uii": UII, "duration": "soon"}), JSON, "contract_violation"),
    ],
)
def test_what_can_not_be_read_is_kept_and_answered_as_a_success(
    ringcx: Caller, body: str, media: str, reason: str
) -> None:
    answer = ringcx.call("/agent-termination", body, media)
    assert ringcx.violations(answer)
    assert reason == ringcx.request(answer)["reason"]


def test_an_event_that_nothing_names_is_not_guessed(ringcx: Caller) -> None:
    answer = ringcx.form("", new())
    assert "no event" in json.loads(answer.body)["notes"][0] or "names no event" in json.loads(answer.body)["notes"][0]
    assert "unknown_operation" == ringcx.request(answer)["reason"]


@pytest.mark.parametrize("body", [SOAP.format("<a>"), SOAP.format("<unheard_of/>"), SOAP.format("")])
def test_soap_that_can_not_be_read_is_answered_as_a_success_too(ringcx: Caller, body: str) -> None:
    answer = ringcx.call("", body, XML, soapaction='""')
    assert (200, XML) == (answer.status, answer.content_type)
    assert b'xsi:type="xsd:string">quarantined</return>' in answer.body
    assert "quarantined" == ringcx.request(answer)["state"]


@pytest.mark.parametrize(
    ("call_start", "read"),
    [
        ("2026-03-16 10:15:02", "2026-03-16T14:15:02Z"),
        ("2026-03-16 10:15:02.0000", "2026-03-16T14:15:02Z"),
        ("2026-03-16T10:15:02-04:00", "2026-03-16T14:15:02Z"),
        ("1773670502", "2026-03-16T14:15:02Z"),
    ],
)
def test_times_are_in_us_eastern(ringcx: Caller, call_start: str, read: str) -> None:
    event = ringcx.event(ringcx.form("/agent-termination", new(call_start=call_start)))
    assert read == event["data"]["call_start"]
    assert "warning" not in event


@pytest.mark.parametrize(
    ("call_start", "hours"),
    [("2026-03-16 14:15:02", "4 h after"), ("2026-03-16 07:15:02", "3 h before"), ("2026-03-16 11:15:10", "1 h after")],
)
def test_a_zone_that_disagrees_with_the_calls_id_is_warned_of(ringcx: Caller, call_start: str, hours: str) -> None:
    answer = ringcx.form("/agent-termination", new(call_start=call_start))
    warning = f"call_start is {hours} the time in call_id: see time_zone"
    assert warning == ringcx.event(answer)["warning"]
    assert [warning] == json.loads(answer.body)["notes"]


def test_a_duration_may_be_hours_minutes_and_seconds(ringcx: Caller) -> None:
    data = ringcx.data(ringcx.form("/agent-termination", new(sess_duration="00:02:30", duration="03:05")))
    assert (150, 185) == (data["segment_duration"], data["duration"])


def test_the_same_post_twice_is_one_event_and_a_richer_one_is_another(ringcx: Caller) -> None:
    fields = new()
    first, again = ringcx.form("/agent-termination", fields), ringcx.form("/agent-termination", fields)
    assert ("accepted", "duplicate") == (json.loads(first.body)["status"], json.loads(again.body)["status"])
    assert json.loads(first.body)["eventId"] == json.loads(again.body)["eventId"]
    richer = ringcx.form("/agent-termination", fields | {"agent_disposition": "Resolved", "agent_notes": "Refund sent"})
    assert "accepted" == json.loads(richer.body)["status"]
    assert ("Resolved", "Refund sent") == (ringcx.data(richer)["disposition"], ringcx.data(richer)["notes"])


def test_a_form_in_latin_1_is_read(ringcx: Caller) -> None:
    body = urlencode(new(agent_notes="Zoë"), encoding="latin-1")
    assert "Zoë" == ringcx.data(ringcx.call("/agent-termination", body))["notes"]


def test_long_notes_with_line_breaks_and_quotes_are_kept(ringcx: Caller) -> None:
    notes = ('Said "no".\r\nThen yes.\n' * 3000)[:65_535]
    assert notes == ringcx.data(ringcx.form("/post-disposition", new(agent_notes=notes)))["notes"]


@pytest.mark.parametrize("notes", ['Wants "refund"\nOrder 88/12', '"', '\\ and "', "a\tb", '", "agent_id": 7'])
def test_json_that_notes_broke_is_mended_by_the_guides_template(ringcx: Caller, notes: str) -> None:
    fields = new(agent_notes=notes, agent_disposition="Transferred", agent_wrap_time="35")
    answer = ringcx.call("/post-disposition", filled(pasted(ringcx, "post-disposition"), fields), JSON)
    assert notes == ringcx.data(answer)["notes"]
    assert ["the JSON was broken by what was put into it, and was mended by its template"] == json.loads(answer.body)[
        "notes"
    ]


@pytest.mark.parametrize("notes", ["C:\\temp\nx", '",\n  "agent_wrap_time": "5'])
def test_json_that_can_be_read_in_two_ways_waits_in_quarantine(ringcx: Caller, notes: str) -> None:
    fields = new(agent_notes=notes, agent_disposition="Transferred", agent_wrap_time="35")
    answer = ringcx.call("/post-disposition", filled(pasted(ringcx, "post-disposition"), fields), JSON)
    assert "malformed" == ringcx.request(answer)["reason"]


def test_another_template_is_known_once_it_is_configured(tmp_path: Path) -> None:
    template = '{"callId":"#uii#","duration":#duration#,"Notes":"#agent_notes#"}'
    more = CONFIGURATION.replace("[sources.strict]", f"templates = ['{template}']\n[sources.strict]")
    broken = filled(template, {"uii": UII, "duration": "", "agent_notes": 'a "quote"'})
    with a_caller(tmp_path, more, "contact-centre", RINGCX_PASSWORD="hunter2") as ringcx:
        assert {"call_id": UII, "notes": 'a "quote"'} == ringcx.data(ringcx.call("/post-call", broken, JSON))

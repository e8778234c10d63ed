"""What differs from what was sent is told: in answers, in fields, in what nobody was told of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.simulator.answers import Answer
from gateway.simulator.calls import Call
from gateway.simulator.comparing import differences_in_answers, differences_in_events, differences_in_recordings
from gateway.simulator.recordings import Recording, recordings_of
from gateway.simulator.variants import Kind, Variant
from tests.simulator.test_calls import played


def _is_rich(call: Call) -> bool:
    is_requeued = call.plan.kind is Kind.REQUEUED and Variant.UNFILLED in call.plan.variants
    return is_requeued and any(post.script for post in call.posts)


CALL = next(call for call in played(400, "form") if _is_rich(call))
REPEATED = next(call for call in played(100, "form") if Variant.REPEATED in call.plan.variants)


def answers(call: Call) -> list[Answer]:
    """All as they should be."""
    ids: dict[object, str] = {}
    found: list[Answer] = []
    for post in call.posts:
        event_id = ids.setdefault(post.said, f"e{len(ids)}")
        state = "duplicate" if post.is_repeat else "accepted"
        found.append(Answer(call, post, 0.01, 200, state, f"r{len(found)}", event_id))
    return found


def events(call: Call) -> dict[str, dict[str, Any]]:
    """What the gateway should have of it."""
    return {
        answer.event_id: {
            "type": answer.post.event, "subject": call.call_id,
            "data": {**answer.post.means, **({"extra": dict(answer.post.script)} if answer.post.script else {})},
        }
        for answer in answers(call)
    }  # fmt: skip


def told(call: Call, has: dict[str, dict[str, Any]], more: tuple[str, ...] = ()) -> list[str]:
    found = differences_in_events(answers(call), has.get, lambda _call_id: [*has, *more])
    return [one.what for one in found]


def wrong_answers(call: Call, place: int, **changed: Any) -> list[str]:
    given = answers(call)
    given[place] = replace(given[place], **changed)
    return [one.what for one in differences_in_answers(given)]


def place_of(call: Call, path: str) -> int:
    return next(number for number, post in enumerate(call.posts) if post.path == path)


@pytest.mark.parametrize("call", [CALL, REPEATED])
def test_nothing_differs_where_everything_is_as_it_was_meant(call: Call) -> None:
    assert [] == differences_in_answers(answers(call))
    assert [] == told(call, events(call))


def test_what_an_element_implies_may_be_there_and_must_be_right() -> None:
    has = events(CALL)
    place = place_of(CALL, "agent-termination")
    has[f"e{place}"]["data"]["segment"] = 2
    assert [] == told(CALL, has)
    has[f"e{place}"]["data"]["segment"] = 3
    assert ["segment: implied 2, is 3"] == told(CALL, has)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"queue_name": "Sales"}, "queue_name: sent as gate_name="),
        ({"agent_id": 1369310}, "agent_id: sent as agent_id="),
        ({"direction": "#call_direction#"}, "direction: nothing was sent, is '#call_direction#'"),
        ({"extra": {"gate_name": "Support"}}, "extra.gate_name: 'Support' was sent for a field, and is in none"),
    ],
)
def test_a_field_that_is_not_as_it_was_meant_is_told(change: dict[str, Any], what: str) -> None:
    has = events(CALL)
    has[f"e{place_of(CALL, 'agent-connect')}"]["data"] |= change
    (found,) = told(CALL, has)
    assert found.startswith(what)


def test_a_field_that_is_missing_is_told_with_what_was_sent() -> None:
    has = events(CALL)
    place = place_of(CALL, "agent-connect")
    del has[f"e{place}"]["data"]["account_id"]
    assert ["account_id: sent as account_id='15300002', is not there"] == told(CALL, has)


def test_what_says_nothing_may_be_kept_beside_the_fields() -> None:
    has = events(CALL)
    has["e0"]["data"].setdefault("extra", {}).update({"summary": "#summary#", "recording_url": ""})
    assert [] == told(CALL, has)


def test_an_answer_of_a_script_must_be_kept() -> None:
    has = events(CALL)
    place = next(number for number, post in enumerate(CALL.posts) if post.script)
    name, text = CALL.posts[place].script[0]
    has[f"e{place}"]["data"]["extra"].pop(name)
    assert [f"extra.{name}: sent {text!r}, is not there"] == told(CALL, has)


def test_another_type_or_subject_a_missing_event_and_one_that_nobody_knows_of_are_told() -> None:
    has = events(CALL)
    has["e0"] |= {"type": "call.ended", "subject": None}
    del has["e1"]
    assert [
        "became call.ended, not call.dequeued", f"subject: is None, not {CALL.call_id!r}", "there is no event e1",
        f"event x of the call {CALL.call_id} was never answered",
    ] == told(CALL, has, ("x",))  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"state": "refused", "event_id": "", "detail": "HTTP 422: no"}, "refused, not accepted: HTTP 422: no"),
        ({"state": "quarantined", "event_id": ""}, "quarantined, not accepted"),
        ({"state": "duplicate"}, "duplicate, not accepted"),
        ({"event_id": ""}, "the answer names no event"),
    ],
)
def test_an_answer_that_should_be_another_is_told(changed: dict[str, Any], what: str) -> None:
    assert [what] == wrong_answers(CALL, 0, **changed)


def test_a_repeat_must_be_known_as_one_of_the_first() -> None:
    place = next(number for number, post in enumerate(REPEATED.posts) if post.is_repeat)
    assert ["accepted, not duplicate"] == wrong_answers(REPEATED, place, state="accepted")
    (found,) = wrong_answers(REPEATED, place, event_id="another")
    assert found.startswith("a duplicate of event another, not of e")


def test_a_difference_says_which_request_it_is_of() -> None:
    (found,) = differences_in_answers([replace(answers(CALL)[0], state="refused")])
    shown = "".join(sorted(CALL.plan.variants))
    assert f"request r0, dequeue by form ({shown}): refused, not accepted" == str(found)


def test_where_the_answer_names_no_request_the_event_does() -> None:
    has = events(CALL)
    has["e0"] |= {"type": "call.ended", "requestid": "r99"}
    given = [replace(answer, request_id="") for answer in answers(CALL)]
    (found,) = differences_in_events(given, has.get, lambda _call_id: has)
    assert str(found).startswith("request r99, dequeue by form")


RECORDINGS = recordings_of([CALL])


def link(recording: Recording) -> str:
    return f"https://c02-recordings.virtualacd.biz/api/v1/calls/recordings/?v=1&file={recording.file}"


def stored() -> list[dict[str, Any]]:
    """What the gateway should say of the call's recordings."""
    return [
        {"url": link(one), "size": one.size, "duration": one.seconds, "channels": one.channels}
        for one in RECORDINGS.values()
    ]


def told_of_recordings(*events: dict[str, Any]) -> list[str]:
    found = differences_in_recordings(answers(CALL), RECORDINGS, {*RECORDINGS}, lambda _call_id: events)
    return [one.what for one in found]


def test_recordings_that_are_stored_as_they_were_served_do_not_differ() -> None:
    assert len(RECORDINGS) > 2
    assert [] == told_of_recordings(*stored())


def test_a_recording_that_is_stored_otherwise_is_told() -> None:
    first, *others = stored()
    file, size = next((one.file, one.size) for one in RECORDINGS.values())
    changed = {**first, "size": 44} | {"channels": 3}
    assert [
        f"recording {file}: size {size} was served, is 44",
        f"recording {file}: channels 1 was served, is 3",
    ] == told_of_recordings(changed, *others)
    del first["duration"]
    assert ["is not there"] == [one.rpartition(", ")[2] for one in told_of_recordings(first, *others)]


def test_a_recording_that_was_fetched_and_is_not_stored_is_told_and_one_that_was_not_fetched_is_not() -> None:
    (told_of,) = told_of_recordings(*stored()[1:])
    assert told_of.endswith(": was fetched whole, and is not stored")
    assert [] == differences_in_recordings(answers(CALL), RECORDINGS, set(), lambda _call_id: [])

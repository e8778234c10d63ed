"""Each web service's post is as the facts on RingCX have it, and means what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qsl

import pytest

from gateway.model.contract import Contract
from gateway.simulator.cast import AGENTS, QUEUES
from gateway.simulator.posts import EVENTS, Leg, Pen, Post
from gateway.simulator.variants import Variant
from gateway.simulator.vocabulary import ZONE, Style, words

CALL_ID = "202603161015020132120000041177"
_CALL = f"uii={CALL_ID}&account_id=15300002&ani=5105550111&dnis=4155550110&call_start=2026-03-16+10%3A15%3A02"
_RECORDING = (
    "https%3A%2F%2Fc02-recordings.virtualacd.biz%2Fapi%2Fv1%2Fcalls%2Frecordings%2F%3Fv%3D1%26accountId%3D15300002"
    "%26bucket%3Dc02-recordings%26region%3Dus-east-1%26compliance%3Dfalse%26file%3D15300002%2F202603%2F16%2F"
    f"{CALL_ID}-"
)
_ANA = "agent_username=ana.ruiz%2B15300002_1791%40example.com"


def pen(*variants: Variant) -> Pen:
    """Of the call that the facts tell."""
    begins = datetime(2026, 3, 16, 10, 15, 2, tzinfo=ZONE)
    return Pen(CALL_ID, begins, "5105550111", "4155550110", Style(), frozenset(variants))


def leg() -> Leg:
    """Of its first agent. It ended after 184 s, as the times there add up, though 185 stands in the post."""
    return Leg(AGENTS[0], 2, QUEUES[0].said(), 34, 150, 35, "Transferred", 'Wants "refund"\nOrder 88/12')


def sent(post: Post) -> dict[str, str]:
    return {one.tag: one.text for one in post.said}


@pytest.mark.parametrize(
    ("post", "at", "path", "body"),
    [
        (
            pen().dequeue(QUEUES[0].said(), 7, 22), 29, "dequeue",
            ("&gate_id=72992&gate_name=Support&enqueue_time=2026-03-16+10%3A15%3A09&dequeue_time=2026-03-16+10%3A15%3A31"
            "&queue_duration=22&agent_id=&recording_url="),
        ),
        (
            pen().agent_connect(leg()), 34, "agent-connect",
            (f"&gate_id=72992&gate_name=Support&agent_id=1369310&{_ANA}&agent_externid=EMP-0042"
            "&agent_phone=16505550100*1212%40RC_SOFTPHONE"),
        ),
        (
            pen().agent_termination(leg()), 185, "agent-termination",
            (f"&gate_id=72992&agent_id=1369310&{_ANA}&sess_duration=150&duration=184&agent_disposition=&agent_notes="
            f"&recording_url={_RECORDING}2.WAV"),
        ),
        (
            pen().post_disposition(leg()), 219, "post-disposition",
            ("&gate_id=72992&agent_id=1369310&agent_disposition=Transferred&agent_notes=Wants+%22refund%22%0AOrder+88%2F12"
            "&agent_wrap_time=35"),
        ),
        (
            pen().transfer_termination(leg(), 330), 515, "transfer-termination",
            "&transfer_phone=13035550123&transfer_type=COLD&transfer_duration=330",
        ),
        (
            pen().post_call(QUEUES[0].said(), "1369310", 537, words("call_result", "CONNECTED")), 539, "post-call",
            ("&gate_id=72992&gate_name=Support&agent_id=1369310&duration=537&call_result=CONNECTED"
            f"&recording_url={_RECORDING}1.WAV"),
        ),
        (
            pen().post_call((), "", 1, words("call_result", "DEFLECTED")), 3, "post-call",
            "&agent_id=&duration=1&call_result=DEFLECTED&recording_url=",
        ),
    ],
)  # fmt: skip
def test_a_post_is_as_the_facts_have_it(post: Post, at: int, path: str, body: str) -> None:
    expected = dict(parse_qsl(_CALL + body, keep_blank_values=True))
    assert (path, at) == (post.path, post.at)
    assert expected.items() <= sent(post).items()


def test_a_segments_end_means_numbers_moments_and_what_the_recording_tells() -> None:
    post = pen().agent_termination(leg())
    assert {
        "call_id": CALL_ID, "account_id": "15300002", "ani": "5105550111", "dnis": "4155550110",
        "call_start": "2026-03-16T14:15:02Z", "queue_id": "72992", "queue_name": "Support", "agent_id": "1369310",
        "agent_username": "ana.ruiz+15300002_1791@example.com", "segment_duration": 150, "duration": 184,
        "recording_url": sent(post)["recording_url"],
    } == post.means  # fmt: skip
    assert {"segment": 2} == post.implied


def test_an_agents_own_recording_is_named_after_the_segment() -> None:
    assert "agent_recording_url" not in pen().agent_termination(leg()).means
    post = pen().agent_termination(replace(leg(), has_own_recording=True))
    link = str(post.means["agent_recording_url"])
    assert link.startswith("https://aws46-recordings.vacd.biz/")
    assert link.endswith(f"&file=perspective/15300002/202603/16/{CALL_ID}-session-2-stereo.WAV")


def test_no_agent_is_an_empty_id_or_a_nought_and_means_none() -> None:
    for nobody in ("", "0"):
        post = pen().post_call((), nobody, 1)
        assert nobody == sent(post)["agent_id"]
        assert "agent_id" not in post.means


def test_tags_left_unfilled_stand_where_they_stood_and_mean_nothing() -> None:
    plain, post = pen().post_disposition(leg()), pen(Variant.UNFILLED).post_disposition(leg())
    unfilled = {tag for tag, text in sent(post).items() if text == f"#{tag}#"}
    assert {"extern_id", "call_direction", "call_duration", "summary"} == unfilled
    assert plain.means == post.means


def test_an_unfilled_tag_does_not_stand_beside_one_that_is_filled() -> None:
    post = pen(Variant.UNFILLED, Variant.OUTBOUND).agent_connect(leg())
    assert "OUTBOUND" == sent(post)["call_direction"]
    assert len(post.said) == len(sent(post))


def test_the_vendors_own_template_leaves_the_call_to_be_told_from_the_recording() -> None:
    post = pen(Variant.NO_UII).agent_termination(leg())
    assert ["ani", "dnis", "call_start", "agent_id", "agent_username", "duration", "recording_url"] == list(sent(post))
    assert CALL_ID == post.means["call_id"]
    assert CALL_ID in sent(post)["recording_url"]


def test_every_path_is_a_name_of_its_event_in_the_shipped_contract(calls: Contract) -> None:
    named = {path: found.name for path in EVENTS if (found := calls.event_named(path))}
    assert EVENTS == named

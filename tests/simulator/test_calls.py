"""Whole calls: the same for a seed, in a sensible order, with times and durations that add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.simulator.calls import Call, Shape, calls
from gateway.simulator.posts import Post
from gateway.simulator.variants import MIXED, PROTOCOLS, Kind, Variant
from gateway.simulator.vocabulary import ZONE

NOON = datetime(2026, 3, 16, 16, 0, tzinfo=UTC)


def played(count: int = 200, protocol: str = MIXED, seed: int = 1, **more: Any) -> list[Call]:
    return list(calls(Shape(count, protocol, **more), NOON, seed))


def of(call: Call, path: str) -> list[Post]:
    return [post for post in call.posts if post.path == path and not post.is_repeat]


def moment(post: Post, field: str) -> datetime:
    return datetime.fromisoformat(str(post.means[field]))


def seconds(post: Post, field: str) -> timedelta:
    value = post.means[field]
    assert isinstance(value, int)
    return timedelta(seconds=value)


def sent_at(call: Call, post: Post) -> datetime:
    return call.begins + timedelta(seconds=post.at)


def test_the_same_seed_gives_the_same_posts_and_another_others() -> None:
    assert played(50) == played(50)
    assert played(50) != played(50, seed=2)


def test_fifty_calls_hold_every_variant() -> None:
    assert set(Variant) == {one for call in played(50) for one in call.plan.variants}


def test_each_call_has_an_id_of_its_own_that_begins_with_its_time() -> None:
    found = played(300, apart=timedelta(milliseconds=1))
    assert 300 == len({call.call_id for call in found})
    for call in found:
        assert 30 == len(call.call_id)
        assert f"{call.begins.astimezone(ZONE):%Y%m%d%H%M%S}" == call.call_id[:14]
        assert {call.call_id} == {post.means["call_id"] for post in call.posts}


def test_calls_begin_as_far_apart_as_was_asked_for() -> None:
    begins = [call.begins for call in played(3, apart=timedelta(seconds=40))]
    assert [NOON, NOON + timedelta(seconds=40), NOON + timedelta(seconds=80)] == begins


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_times_and_durations_add_up(protocol: str) -> None:
    for call in played(200, protocol):
        for post in of(call, "dequeue"):
            assert moment(post, "dequeue_time") == moment(post, "enqueue_time") + seconds(post, "queue_duration")
        if Variant.NO_UII in call.plan.variants:
            continue
        ends = sorted(of(call, "agent-termination"), key=lambda post: seconds(post, "duration"))
        for connect, end in zip(of(call, "agent-connect"), ends, strict=True):
            talked = moment(end, "call_start") + seconds(end, "duration") - seconds(end, "segment_duration")
            assert talked == sent_at(call, connect)


def test_a_post_is_sent_once_what_it_tells_has_happened() -> None:
    for call in played(300):
        if Variant.OUT_OF_ORDER in call.plan.variants:
            continue
        for post in call.posts:
            if "duration" in post.means:
                assert timedelta(seconds=post.at) >= seconds(post, "duration")
        assert sorted(post.at for post in call.posts) == [post.at for post in call.posts]


def test_an_unanswered_call_is_one_post_without_agent_or_recording() -> None:
    found = [call for call in played(300) if call.plan.kind is Kind.UNANSWERED]
    assert found
    for call in found:
        (post,) = call.posts
        assert "post-call" == post.path
        assert set() == {"agent_id", "recording_url"} & post.means.keys()
        assert post.means["call_result"] in {"DEFLECTED", "ABANDON"}


def test_a_requeued_call_has_two_agents_two_queues_and_one_end() -> None:
    plain = [one for one in played(400) if one.plan.kind is Kind.REQUEUED and Variant.NO_UII not in one.plan.variants]
    assert plain
    for call in plain:
        for path in ("dequeue", "agent-connect", "agent-termination"):
            assert 2 == len({post.means["queue_id"] for post in of(call, path)}), path
        assert 2 == len({post.means["agent_id"] for post in of(call, "agent-termination")})
        recordings = {str(post.means["recording_url"])[-6:] for post in of(call, "agent-termination")}
        assert {"-2.WAV", "-3.WAV"} == recordings
        assert (2 if Variant.ONE_URL in call.plan.variants else 1) == len(of(call, "post-call"))


def test_a_cold_transfer_ends_in_a_number_and_has_one_agent() -> None:
    found = [call for call in played(300) if call.plan.kind is Kind.COLD_TRANSFER]
    assert found
    for call in found:
        (transfer,), (end,) = of(call, "transfer-termination"), of(call, "agent-termination")
        assert ("13035550123", "COLD") == (transfer.means["transfer_phone"], transfer.means["transfer_type"])
        ended = seconds(of(call, "post-call")[0], "duration")
        assert ended == seconds(end, "duration") + seconds(transfer, "transfer_duration")


def test_an_outbound_call_has_a_lead_and_no_queue() -> None:
    found = [call for call in played(600) if call.plan.kind is Kind.OUTBOUND]
    assert {"ANSWER", "NOANSWER"} <= {call.posts[-1].means.get("system_disposition") or "ANSWER" for call in found}
    for call in found:
        assert [] == of(call, "dequeue")
        for post in call.posts:
            assert "queue_id" not in post.means
            assert "OUTBOUND" == post.means["direction"]
            assert str(post.means["lead_external_id"]).startswith("hs-")


def test_a_repeat_is_the_same_post_within_half_a_minute() -> None:
    found = [call for call in played(200) if Variant.REPEATED in call.plan.variants]
    assert found
    for call in found:
        (repeat,) = (post for post in call.posts if post.is_repeat)
        first = next(post for post in call.posts if post.said == repeat.said)
        assert not first.is_repeat
        assert 1 <= repeat.at - first.at <= 30


def test_out_of_order_the_calls_end_comes_first_and_a_disposition_an_hour_late() -> None:
    found = [call for call in played(200) if Variant.OUT_OF_ORDER in call.plan.variants]
    assert found
    for call in found:
        last = max(post.at for post in of(call, "agent-termination"))
        assert of(call, "post-call")[0].at < last
        assert 3600 < call.posts[-1].at
        assert "post-disposition" == call.posts[-1].path


def test_by_one_url_the_second_post_is_the_richer() -> None:
    found = [call for call in played(200) if Variant.ONE_URL in call.plan.variants]
    assert found
    for call in found:
        first, second = of(call, "post-call")
        assert first.means.items() < second.means.items()
        assert [one.tag for one in first.said] == [one.tag for one in second.said]
        assert {"disposition", "wrap_duration"} <= second.means.keys() - first.means.keys()


def test_broken_json_is_sent_by_web_services_as_they_are_set_up() -> None:
    tags = ("agent_notes", "uii", "agent_location")
    found = played(100, "json", services={"disposition.set": tags})
    for call in found:
        for post in of(call, "post-disposition"):
            is_set_up = Variant.BROKEN in call.plan.variants
            assert is_set_up == (tags == tuple(one.tag for one in post.said))
            if is_set_up:
                assert {"call_id": call.call_id, "notes": post.said[0].text} == post.means
                assert ("", ()) == (post.said[2].text, post.script)

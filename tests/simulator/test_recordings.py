"""Recordings: the same for a link, as long as its post says, there after a while, of two sides that take turns."""

from __future__ import annotations

import io
import wave
from array import array

import pytest

from gateway.simulator.recordings import Recording, State, file_at, files_linked, recordings_of
from gateway.simulator.variants import Variant
from tests.simulator.test_calls import of, played

MONO = "15300002/202603/16/202603161015020132120000041177-2.WAV"
DUAL = "perspective/15300002/202603/16/202603161015020132120000041177-session-2-stereo.WAV"


def content(recording: Recording) -> bytes:
    return b"".join(recording.pieces())


@pytest.mark.parametrize(("file", "channels"), [(MONO, 1), (DUAL, 2)])
def test_it_is_a_wav_as_any_other_reader_has_it(file: str, channels: int) -> None:
    recording = Recording(file, 7)
    bytes_ = content(recording)
    assert recording.size == len(bytes_)
    with wave.open(io.BytesIO(bytes_)) as read:
        assert (channels, 2, 8000, 7 * 8000) == read.getparams()[:4]


def test_the_same_link_sounds_the_same_and_another_otherwise() -> None:
    assert content(Recording(MONO, 3)) == content(Recording(MONO, 3))
    assert content(Recording(MONO, 3)) != content(Recording(MONO.replace("-2", "-3"), 3))


def test_both_sides_speak_and_never_at_once() -> None:
    samples = array("h", content(Recording(DUAL, 60))[44:])
    agent, customer = samples[0::2], samples[1::2]
    assert max(agent) > 3000
    assert max(customer) > 3000
    assert not any(one and other for one, other in zip(agent, customer, strict=True))


def test_it_is_there_after_a_while_and_says_so_in_one_of_three_ways_before() -> None:
    before = {Recording(f"{number}.WAV", 1).state(0.9, 1) for number in range(50)}
    assert {State.MISSING, State.ENCODING, State.LOG_IN} == before
    assert State.THERE is Recording(MONO, 1).state(1, 1)
    assert State.THERE is Recording(MONO, 1).state(0, 0)


@pytest.mark.parametrize("archive", ["", "http://127.0.0.1:8083"])
def test_every_link_of_a_call_leads_to_one_that_lasts_as_its_post_says(archive: str) -> None:
    found = played(200, archive=archive)
    recordings = recordings_of(found)
    linked = [(post, file) for call in found for post in call.posts for file in files_linked(post)]
    assert {file for _, file in linked} == recordings.keys()
    for call in found:
        if call.plan.variants & {Variant.NO_UII, Variant.UNANSWERED}:
            continue
        for post in of(call, "agent-termination"):
            assert {post.means["segment_duration"]} == {recordings[file].seconds for file in files_linked(post)}
        for post in of(call, "post-call"):
            for file in files_linked(post):
                assert post.means["duration"] == recordings[file].seconds


def test_a_link_is_recognised_with_or_without_its_host() -> None:
    target = f"/api/v1/calls/recordings/?v=1&accountId=15300002&compliance=false&file={MONO}"
    assert MONO == file_at(target) == file_at(f"https://c02-recordings.virtualacd.biz{target}")
    assert "" == file_at(f"/elsewhere?file={MONO}") == file_at("/api/v1/calls/recordings/")

"""MP3 files are known by their tag or their first frame."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.recordings.mp3 import is_mp3, read_mp3
from gateway.recordings.sound import NoSound, Sound, Unfinished
from tests.recordings.audio import MP3

TAG = b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)
"""Of 128 bytes."""


def read(content: bytes) -> Sound:
    return read_mp3(io.BytesIO(content), len(content))


@pytest.mark.parametrize(
    ("head", "channels", "rate"),
    [
        (b"\xff\xfb\x90\x00", 2, 44100),
        (b"\xff\xfa\x94\xc0", 1, 48000),
        (b"\xff\xf3\x48\xc4", 1, 16000),
        (b"\xff\xe3\x48\x40", 2, 8000),
    ],
)
def test_the_first_frame_says_what_it_is(head: bytes, channels: int, rate: int) -> None:
    assert is_mp3(head)
    assert Sound("audio/mpeg", "mp3", channels, rate) == read(head + bytes(100))


def test_a_tag_is_passed_by() -> None:
    assert is_mp3(TAG)
    assert 44100 == read(TAG + MP3).sample_rate
    assert 44100 == read(TAG + bytes(500) + MP3).sample_rate


@pytest.mark.parametrize(
    "head",
    [
        b"\xff\xfe<\x00",
        b"\xff\xfb\xf0\x00",
        b"\xff\xfb\x00\x00",
        b"\xff\xfb\x9c\x00",
        b"\xff\xeb\x90\x00",
        b"\xff\xfd\x90\x00",
        b"\xff\xfb",
        b"",
        b"<htm",
    ],
)
def test_another_beginning_is_none(head: bytes) -> None:
    assert not is_mp3(head)


@pytest.mark.parametrize("content", [b"ID3", TAG[:10], TAG])
def test_a_tag_alone_is_unfinished(content: bytes) -> None:
    with pytest.raises(Unfinished):
        read(content)


def test_a_tag_before_something_else_is_no_mp3() -> None:
    with pytest.raises(NoSound, match="it has no frame"):
        read(TAG + bytes(10_000))


@given(st.binary(max_size=100))
def test_whatever_follows_a_tag_is_judged_and_no_more(rest: bytes) -> None:
    try:
        read(b"ID3" + rest)
    except (Unfinished, NoSound):
        return

"""MP3 files are known by their tag or their first frame."""

from __future__ import annotations

import io
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.recordings import mp3
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
    assert ("audio/mpeg", "mp3", channels, rate) == told(read(head + bytes(100)))


def told(sound: Sound) -> tuple[object, ...]:
    return sound.media_type, sound.encoding, sound.channels, sound.sample_rate


def a_frame(kbits_index: int, *, padded: bool = False) -> bytes:
    """MPEG 1 at 44.1 kHz, two channels: 1152 samples."""
    kbits = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128)[kbits_index]
    return bytes([0xFF, 0xFB, kbits_index << 4 | padded << 1, 0]) + bytes(144 * kbits * 1000 // 44100 + padded - 4)


def counted(word: bytes, flags: int, *numbers: int) -> bytes:
    """A first frame that says what its encoder knew."""
    head, silence = a_frame(9)[:4], bytes(32)
    said = word + struct.pack(f">I{len(numbers)}I", flags, *numbers)
    return (head + silence + said).ljust(417, b"\0")


VARYING = b"".join(a_frame(1 + n % 9, padded=n % 2 == 1) for n in range(1000))


def test_its_frames_say_how_long_it_is() -> None:
    assert Decimal("0.20898") == read(MP3).duration
    assert Decimal("26.122449") == read(VARYING).duration
    assert Decimal("26.122449") == read(TAG + VARYING + b"TAG" + bytes(125)).duration


def test_a_frame_that_is_cut_is_not_counted() -> None:
    assert Decimal("26.096327") == read(VARYING[:-1]).duration


@pytest.mark.parametrize("word", [b"Xing", b"Info"])
def test_an_encoder_that_counted_is_believed(word: bytes) -> None:
    assert Decimal("26.122449") == read(counted(word, 3, 1000, 417 + len(MP3)) + MP3).duration
    assert Decimal("26.122449") == read(counted(word, 1, 1000) + MP3).duration


def test_an_encoder_that_counted_none_is_not() -> None:
    assert Decimal("0.235102") == read(counted(b"Xing", 1, 0) + MP3).duration
    assert Decimal("0.235102") == read(counted(b"Xing", 2, 417 + len(MP3)) + MP3).duration


@pytest.mark.parametrize("said", [(3, 1000, 100_000), (2, 100_000)])
def test_an_encoder_that_counted_more_than_came_promises_more(said: tuple[int, ...]) -> None:
    with pytest.raises(Unfinished, match="promises 100000 bytes of sound, and 3753 came"):
        read(counted(b"Info", *said) + MP3)


def test_what_is_not_all_frames_has_no_duration(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(MP3 + bytes(100_000)).duration is None
    monkeypatch.setattr(mp3, "_MOST_FRAMES", 8)
    assert read(MP3).duration is None


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

"""WAV files by their header: read forgivingly where writers differ, strictly where something is missing."""

from __future__ import annotations

import io
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.recordings.sound import NoSound, Sound, Unfinished
from gateway.recordings.wav import Wav, read_wav
from tests.recordings.audio import a_wav, promising, riff

FORMAT = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
SECOND = bytes(16000)


def read(content: bytes) -> Wav:
    return read_wav(io.BytesIO(content), len(content))


def unfinished(content: bytes) -> str:
    with pytest.raises(Unfinished) as error:
        read(content)
    return str(error.value)


@pytest.mark.parametrize(
    ("tag", "bits", "encoding"),
    [
        (1, 8, "pcm"),
        (1, 16, "pcm"),
        (1, 24, "pcm"),
        (1, 32, "pcm"),
        (3, 32, "float"),
        (6, 8, "a-law"),
        (7, 8, "mu-law"),
    ],
)
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_every_encoding_depth_and_number_of_channels_is_known(
    tag: int, bits: int, encoding: str, channels: int
) -> None:
    wav = read(a_wav(tag=tag, bits=bits, channels=channels, seconds=1.5))
    assert Sound("audio/wav", encoding, channels, 8000, bits, Decimal("1.5")) == wav.sound
    assert (44, 12000 * channels * bits // 8) == (wav.start, wav.length)


def test_a_duration_is_told_to_the_microsecond() -> None:
    assert Decimal("0.000023") == read(a_wav(bytes(2), rate=44100)).sound.duration
    assert "10" == format(read(a_wav(bytes(160_000))).sound.duration or 0, "f")


def test_chunks_stand_anywhere_and_are_padded() -> None:
    odd = (b"LIST", b"odd")
    for chunks in (
        (odd, (b"fmt ", FORMAT), odd, (b"data", SECOND), odd),
        ((b"data", SECOND), odd, (b"fmt ", FORMAT)),
        ((b"fmt ", FORMAT + b"\0\0"), (b"fact", bytes(4)), (b"data", SECOND)),
    ):
        assert Decimal(1) == read(riff(*chunks)).sound.duration


def test_an_extensible_format_is_the_one_that_it_names() -> None:
    form = struct.pack("<HHIIHHHHIH14s", 0xFFFE, 2, 48000, 288000, 6, 24, 22, 24, 3, 1, bytes(14))
    sound = read(riff((b"fmt ", form), (b"data", bytes(288000)))).sound
    assert ("pcm", 2, 24, Decimal(1)) == (sound.encoding, sound.channels, sound.bit_depth, sound.duration)


def test_the_oldest_format_says_no_depth() -> None:
    sound = read(riff((b"fmt ", FORMAT[:14]), (b"data", SECOND))).sound
    assert (16, Decimal(1)) == (sound.bit_depth, sound.duration)


def test_a_frame_whose_size_is_wrong_is_computed() -> None:
    form = struct.pack("<HHIIHH", 1, 2, 8000, 0, 0, 16)
    assert Decimal("0.5") == read(riff((b"fmt ", form), (b"data", SECOND))).sound.duration


def test_another_encoding_is_told_by_its_number_and_timed_by_its_rate() -> None:
    form = struct.pack("<HHIIHH", 0x31, 1, 8000, 1625, 65, 0)
    sound = read(riff((b"fmt ", form), (b"data", bytes(1625)))).sound
    assert ("0x0031", None, Decimal(1)) == (sound.encoding, sound.bit_depth, sound.duration)
    form = struct.pack("<HHIIHH", 0x31, 1, 8000, 0, 65, 0)
    assert read(riff((b"fmt ", form), (b"data", bytes(1625)))).sound.duration is None


def test_a_file_of_the_other_byte_order_is_read_too() -> None:
    body = b"WAVEfmt " + struct.pack(">I", 16) + struct.pack(">HHIIHH", 1, 1, 8000, 16000, 2, 16)
    body += b"data" + struct.pack(">I", 16000) + SECOND
    assert Decimal(1) == read(b"RIFX" + struct.pack(">I", len(body)) + body).sound.duration


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFF000, 0x7FFFFFFF])
def test_a_length_that_was_left_open_is_that_of_the_file(length: int) -> None:
    assert Decimal("0.5") == read(promising(a_wav(), length)).sound.duration


@pytest.mark.parametrize("whole", [0, 0xFFFFFFFF])
def test_a_length_of_nothing_in_a_file_of_no_length_is_left_open(whole: int) -> None:
    content = promising(riff((b"fmt ", FORMAT), (b"data", SECOND), size=whole), 0)
    assert Decimal(1) == read(content).sound.duration


@pytest.mark.parametrize("size", [0, 1, 2**31, 16000 + 44])
def test_a_wrong_length_of_the_whole_says_nothing(size: int) -> None:
    assert Decimal(1) == read(riff((b"fmt ", FORMAT), (b"data", SECOND), size=size)).sound.duration


def test_what_is_behind_the_sound_is_none() -> None:
    assert 16000 == read(riff((b"fmt ", FORMAT), (b"data", SECOND)) + b"rubbish").length


def test_a_header_that_promises_more_is_unfinished() -> None:
    assert "its header promises 16001 bytes of sound, and 8000 came" == unfinished(promising(a_wav(), 16001))


def test_no_sound_is_unfinished() -> None:
    assert "it has no sound yet" == unfinished(riff((b"fmt ", FORMAT), (b"data", b"")))
    assert "it has no sound yet" == unfinished(riff((b"fmt ", FORMAT), (b"data", b""), (b"LIST", b"more")))
    assert "it has no sound yet" == unfinished(riff((b"fmt ", FORMAT)))
    assert "it has no format yet" == unfinished(riff((b"LIST", b"")))


@given(st.integers(0, 8043))
def test_a_file_that_is_cut_anywhere_is_unfinished(length: int) -> None:
    assert unfinished(a_wav()[:length])


@pytest.mark.parametrize("content", [b"RIFF1234AVI LIST", b"RIFX1234wave", b"OggS12345678"])
def test_what_is_no_wav_is_told(content: bytes) -> None:
    with pytest.raises(NoSound, match="it is no WAV file"):
        read(content)


@pytest.mark.parametrize(("channels", "rate"), [(0, 8000), (1, 0)])
def test_a_header_that_cannot_be_is_told(channels: int, rate: int) -> None:
    form = struct.pack("<HHIIHH", 1, channels, rate, 16000, 2, 16)
    with pytest.raises(NoSound, match="its header says"):
        read(riff((b"fmt ", form), (b"data", SECOND)))


def test_a_million_chunks_are_not_walked_along() -> None:
    assert "it has no format yet" == unfinished(riff(*[(b"junk", b"")] * 5000))


@given(st.binary(max_size=200))
def test_whatever_follows_the_head_is_judged_and_no_more(rest: bytes) -> None:
    try:
        wav = read(b"RIFF" + rest[:4].ljust(4, b"\0") + b"WAVE" + rest[4:])
    except (Unfinished, NoSound):
        return
    assert wav.start + wav.length <= 12 + max(0, len(rest) - 4)
    assert wav.sound.channels


@given(st.binary(min_size=16, max_size=40))
def test_whatever_the_format_says_is_judged_and_no_more(form: bytes) -> None:
    try:
        sound = read(riff((b"fmt ", form), (b"data", SECOND))).sound
    except NoSound:
        return
    assert sound.duration is None or sound.duration >= 0

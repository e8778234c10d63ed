"""Two channels become two files: what one side said, byte for byte."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.recordings.splitting import can_split, split
from gateway.recordings.wav import Wav, read_wav
from tests.recordings.audio import a_wav, riff


def read(content: bytes) -> Wav:
    return read_wav(io.BytesIO(content), len(content))


def sides_of(content: bytes) -> tuple[bytes, bytes]:
    first, second = io.BytesIO(), io.BytesIO()
    split(io.BytesIO(content), read(content), (first, second))
    return first.getvalue(), second.getvalue()


def sound_of(content: bytes) -> bytes:
    wav = read(content)
    return content[wav.start : wav.start + wav.length]


@given(st.integers(1, 4), st.data())
def test_each_side_has_its_own_samples(width: int, data: st.DataObject) -> None:
    frames = data.draw(st.integers(1, 300))
    first, second = (data.draw(st.binary(min_size=frames * width, max_size=frames * width)) for _ in range(2))
    both = b"".join(first[n : n + width] + second[n : n + width] for n in range(0, len(first), width))
    made = sides_of(a_wav(both, channels=2, bits=width * 8))
    assert (first, second) == (sound_of(made[0]), sound_of(made[1]))
    assert all(not len(one) % 2 for one in made)


@pytest.mark.parametrize(("tag", "bits"), [(1, 16), (3, 32), (6, 8), (7, 8)])
def test_a_side_is_as_the_whole_but_for_its_channels(tag: int, bits: int) -> None:
    whole = a_wav(tag=tag, bits=bits, channels=2, seconds=4)
    for side in sides_of(whole):
        expected, found = read(whole).sound, read(side).sound
        assert (expected.encoding, 1, expected.sample_rate, expected.bit_depth, expected.duration) == (
            found.encoding, found.channels, found.sample_rate, found.bit_depth, found.duration,
        )  # fmt: skip
        assert len(side) - 8 == struct.unpack("<I", side[4:8])[0]


def test_a_frame_that_is_cut_is_left_out() -> None:
    first, second = sides_of(a_wav(b"aAbBc", channels=2, bits=8))
    assert (b"ab", b"AB") == (sound_of(first), sound_of(second))


@pytest.mark.parametrize(("tag", "channels"), [(1, 1), (1, 3), (0x31, 2)])
def test_what_has_no_two_channels_to_tell_apart_is_not_split(tag: int, channels: int) -> None:
    form = struct.pack("<HHIIHH", tag, channels, 8000, 8000 * channels, channels, 8)
    assert not can_split(read(riff((b"fmt ", form), (b"data", bytes(60)))))

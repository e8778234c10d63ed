"""A file of two channels becomes two of one: whatever the samples are, they are moved, not decoded."""

from __future__ import annotations

import struct
from typing import BinaryIO

from gateway.recordings.wav import Wav

SIDES = 2
_FRAMES = 16 * 1024
"""That are held at once."""
_OF_PCM = 1


def can_split(wav: Wav) -> bool:
    """Whether it has two channels whose samples can be told apart."""
    return wav.format.channels == SIDES and wav.format.is_plain


def split(file: BinaryIO, wav: Wav, sides: tuple[BinaryIO, BinaryIO]) -> None:
    """Write each channel of `file` to its side, as WAV, in one pass over it."""
    width = wav.format.block // SIDES
    frames = wav.length // wav.format.block
    for side in sides:
        side.write(_head(wav, width, frames))
    file.seek(wav.start)
    while frames:
        piece = file.read(min(frames, _FRAMES) * wav.format.block)
        if not piece:
            return
        frames -= len(piece) // wav.format.block
        for number, side in enumerate(sides):
            side.write(_channel(piece, number, width))
    if wav.length // wav.format.block * width % 2:
        for side in sides:
            side.write(b"\0")  # a chunk is padded to an even length


def _channel(piece: bytes, number: int, width: int) -> bytes:
    """Its samples: every byte of a sample is moved along by itself, all of them at once."""
    made = bytearray(len(piece) // SIDES)
    for byte in range(width):
        made[byte::width] = piece[number * width + byte :: SIDES * width]
    return bytes(made)


def _head(wav: Wav, width: int, frames: int) -> bytes:
    """RIFF, `fmt `, what is not PCM its `fact` (RFC 2361 §A), and the head of `data`."""
    form, length = wav.format, frames * width
    rest = struct.pack(
        f"{form.order}HHIIHH", form.tag, 1, form.sample_rate, form.sample_rate * width, width, form.bits
    )  # fmt: skip
    rest = struct.pack(f"{form.order}4sI", b"fmt ", len(rest) + 2 * (form.tag != _OF_PCM)) + rest
    if form.tag != _OF_PCM:
        rest += struct.pack(f"{form.order}H4sII", 0, b"fact", 4, frames)
    rest += struct.pack(f"{form.order}4sI", b"data", length)
    whole = 4 + len(rest) + length + length % 2
    return struct.pack(f"{form.order}4sI4s", b"RIFF" if form.order == "<" else b"RIFX", whole, b"WAVE") + rest

"""MP3 files, by their frames: what a recording is, how long, and whether all of it is there."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from gateway.recordings.sound import NoSound, Sound, Unfinished, seconds

_HEAD = 4
_ID3_HEAD = 10
_SEARCHED = 4096
"""Bytes behind a tag in which the first frame begins: some writers leave room."""
_V1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_V2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_VERSIONS = {
    0b11: ((44100, 48000, 32000), _V1, 1152, (17, 32)),
    0b10: ((22050, 24000, 16000), _V2, 576, (9, 17)),
    0b00: ((11025, 12000, 8000), _V2, 576, (9, 17)),
}
"""MPEG 1, 2 and 2.5: samples and kbit a second, samples a frame, bytes of side information of one channel and of two
(ISO 11172-3 §2.4.2.3, ISO 13818-3 §2.4.2.3)."""
_MONO = 0b11
_COUNTED = (b"Xing", b"Info")
"""In the place of the first frame's sound: what an encoder knew of the file when it was done (LAME, FFmpeg)."""
_COUNT = 16
"""Its bytes: the word, flags, frames, bytes."""
_HAS_FRAMES, _HAS_BYTES = 1, 2
_PIECE = 256 * 1024
_MOST_FRAMES = 2_000_000
"""Some fourteen hours: what is longer is kept all the same, without its duration."""
_TRAILING = 64 * 1024
"""Bytes behind the last frame that may be something else: tags."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the head of a frame says."""

    rate: int
    channels: int
    samples: int
    size: int
    """Its bytes, with the head."""
    count: int
    """Where in it the encoder's count stands, if it has one."""


def is_mp3(beginning: bytes) -> bool:
    """Whether a file that begins so is one: by its ID3 tag, or a frame of layer III."""
    return beginning.startswith(b"ID3") or _frame(beginning[:_HEAD]) is not None


def read_mp3(file: BinaryIO, size: int) -> Sound:
    """What the frames of `file`, which has `size` bytes, say. Raises Unfinished, NoSound."""
    place, frame = _first(file, size)
    file.seek(place)
    frames = _counted(file.read(frame.count + _COUNT), frame, size - place) or _walked(file, place, size)
    duration = seconds(frames * frame.samples, frame.rate) if frames else None
    return Sound("audio/mpeg", "mp3", frame.channels, frame.rate, duration=duration)


def _first(file: BinaryIO, size: int) -> tuple[int, _Frame]:
    """The first frame, and where it is: behind a tag (ID3v2 §3.1), if there is one."""
    head, start = file.read(_ID3_HEAD), 0
    if head.startswith(b"ID3"):
        if len(head) < _ID3_HEAD:
            raise Unfinished("it ends within its tag")
        start = _ID3_HEAD + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
        if start >= size:
            raise Unfinished("it has no sound yet")
    file.seek(start)
    near = file.read(_SEARCHED)
    for place in range(len(near) - _HEAD + 1):
        if near[place] == 0xFF and (frame := _frame(near[place : place + _HEAD])):  # noqa: PLR2004 - eleven bits of sync
            return start + place, frame
    raise NoSound("it has no frame of MPEG audio, layer III")


def _counted(beginning: bytes, frame: _Frame, came: int) -> int | None:
    """The frames that the encoder counted, if it says so. Raises Unfinished where it counted more bytes than came."""
    if beginning[frame.count : frame.count + 4] not in _COUNTED or len(beginning) < frame.count + _COUNT:
        return None
    flags, first, second = struct.unpack_from(">III", beginning, frame.count + 4)
    size = second if flags & _HAS_FRAMES else first
    if flags & _HAS_BYTES and size > came:
        raise Unfinished(f"its header promises {size} bytes of sound, and {came} came")
    return first if flags & _HAS_FRAMES else None


def _walked(file: BinaryIO, place: int, size: int) -> int | None:
    """How many frames follow one another to the end; None where something else comes between."""
    file.seek(place)
    frames, piece, at = 0, b"", 0
    while frames < _MOST_FRAMES:
        if at + _HEAD > len(piece):
            more = file.read(_PIECE)
            piece, at = piece[at:] + more, max(0, at - len(piece))
            if not more:
                break
            continue
        frame = _frame(piece[at : at + _HEAD])
        if frame is None:
            break
        frames, at, place = frames + 1, at + frame.size, place + frame.size
    if frames == _MOST_FRAMES or size - place > _TRAILING:
        return None
    return frames - 1 if place > size else frames  # the last one is cut


@lru_cache(1024)
def _frame(head: bytes) -> _Frame | None:
    """What the head of a frame says (ISO 11172-3 §2.4.1.3), where it is one of layer III."""
    if len(head) < _HEAD or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # noqa: PLR2004 - sync, layer III
        return None
    version = _VERSIONS.get(head[1] >> 3 & 0b11)
    rate_index, bits = head[2] >> 2 & 0b11, head[2] >> 4
    if version is None or rate_index >= len(version[0]) or bits in (0, 0b1111):
        return None
    rates, kbits, samples, side = version
    rate, channels = rates[rate_index], 1 if head[3] >> 6 == _MONO else 2
    size = samples // 8 * kbits[bits - 1] * 1000 // rate + (head[2] >> 1 & 1)
    return _Frame(rate, channels, samples, size, _HEAD + side[channels - 1])

"""WAV files, by their header: what a recording is, how long, and whether all of it is there.

The standard library's `wave` reads PCM only, and nothing of a file whose lengths are left open.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from gateway.recordings.sound import NoSound, Sound, Unfinished, seconds

MEDIA_TYPE = "audio/wav"
_ORDERS = {b"RIFF": "<", b"RIFX": ">"}
_EXTENSIBLE = 0xFFFE
_EXTENDED = 40
"""Bytes of a format that names its encoding by a GUID, whose first two are the number (KSDATAFORMAT_SUBTYPE)."""
ENCODINGS = {1: "pcm", 3: "float", 6: "a-law", 7: "mu-law"}
"""Those whose samples stand for themselves, one after the other (RFC 2361); the others are blocks of many."""
_OPEN = 0x7FFFF000
"""What is written where the length isn't known yet: 0xFFFFFFFF, and this or a little more by SoX."""
_MOST_CHUNKS = 1000


@dataclass(frozen=True, slots=True)
class Format:
    """The chunk `fmt `."""

    tag: int
    channels: int
    sample_rate: int
    byte_rate: int
    block: int
    """Bytes of a frame: one sample of every channel."""
    bits: int
    order: str

    @property
    def encoding(self) -> str:
        """In a word."""
        return ENCODINGS.get(self.tag, f"0x{self.tag:04x}")

    @property
    def is_plain(self) -> bool:
        """Whether frames can be told apart without decoding."""
        return self.tag in ENCODINGS


@dataclass(frozen=True, slots=True)
class Wav:
    """A whole file."""

    format: Format
    start: int
    """Where the sound begins."""
    length: int
    """Its bytes."""

    @property
    def sound(self) -> Sound:
        """What it is."""
        form = self.format
        return Sound(
            MEDIA_TYPE, form.encoding, form.channels, form.sample_rate, form.bits or None, self._duration
        )  # fmt: skip

    @property
    def _duration(self) -> Decimal | None:
        form = self.format
        if form.is_plain:
            return seconds(self.length // form.block, form.sample_rate)
        return seconds(self.length, form.byte_rate) if form.byte_rate else None


def read_wav(file: BinaryIO, size: int) -> Wav:
    """The header of `file`, which has `size` bytes. Raises Unfinished, NoSound."""
    head = file.read(12)
    if len(head) < 12:  # noqa: PLR2004 - RIFF, a length, WAVE
        raise Unfinished(f"it ends within its header, after {len(head)} bytes")
    order = _ORDERS.get(head[:4])
    if order is None or head[8:] != b"WAVE":
        raise NoSound("it is no WAV file")
    (whole,) = struct.unpack(f"{order}I", head[4:8])
    form: Format | None = None
    data: tuple[int, int] | None = None
    place = 12
    for _ in range(_MOST_CHUNKS):
        if place + 8 > size or (form and data):
            break
        file.seek(place)
        name, length = struct.unpack(f"{order}4sI", file.read(8))
        place += 8
        if name == b"fmt " and form is None:
            form = _format(file.read(min(length, _EXTENDED)), order)
        elif name == b"data" and data is None:
            length = _length(length, whole, size - place)
            data = place, length
        place += length + length % 2  # chunks are padded to an even length
    if form is None or data is None:
        raise Unfinished(f"it has no {'format' if form is None else 'sound'} yet")
    if not data[1]:
        raise Unfinished("it has no sound yet")
    return Wav(form, *data)


def _length(said: int, whole: int, left: int) -> int:
    """The bytes of sound, of which `left` came at most. Raises Unfinished."""
    is_open = said >= _OPEN or (said == 0 and (whole == 0 or whole >= _OPEN))
    if is_open:
        return left
    if said > left:
        raise Unfinished(f"its header promises {said} bytes of sound, and {left} came")
    return said


def _format(chunk: bytes, order: str) -> Format:
    if len(chunk) < 14:  # noqa: PLR2004 - WAVEFORMAT, the oldest
        raise Unfinished("it ends within its format")
    tag, channels, rate, byte_rate, block = struct.unpack_from(f"{order}HHIIH", chunk)
    bits = struct.unpack_from(f"{order}H", chunk, 14)[0] if len(chunk) >= 16 else 0  # noqa: PLR2004 - PCMWAVEFORMAT
    if tag == _EXTENSIBLE and len(chunk) >= _EXTENDED:
        (tag,) = struct.unpack_from(f"{order}H", chunk, 24)
    if not channels or not rate:
        raise NoSound(f"its header says {channels} channels at {rate} samples a second")
    if tag in ENCODINGS and (not block or block % channels):
        block = channels * max(1, (bits + 7) // 8)
    if tag in ENCODINGS and not bits:
        bits = block // channels * 8
    return Format(tag, channels, rate, byte_rate, block, bits, order)

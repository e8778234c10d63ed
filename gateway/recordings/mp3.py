"""MP3 files, as little of them as it takes to know one: its first frame. How long it is would take all of them."""

from __future__ import annotations

from typing import BinaryIO

from gateway.recordings.sound import NoSound, Sound, Unfinished

_ID3_HEAD = 10
_SEARCHED = 4096
"""Bytes behind a tag in which the first frame begins: some writers leave room."""
_RATES = {0b11: (44100, 48000, 32000), 0b10: (22050, 24000, 16000), 0b00: (11025, 12000, 8000)}
"""Samples a second of MPEG 1, 2 and 2.5 (ISO 11172-3 §2.4.2.3, ISO 13818-3 §2.4.2.3)."""
_MONO = 0b11


def is_mp3(beginning: bytes) -> bool:
    """Whether a file that begins so is one: by its ID3 tag, or a frame of layer III."""
    return beginning.startswith(b"ID3") or _frame(beginning) is not None


def read_mp3(file: BinaryIO, size: int) -> Sound:
    """What the first frame of `file`, which has `size` bytes, says. Raises Unfinished, NoSound."""
    head = file.read(_ID3_HEAD)
    start = 0
    if head.startswith(b"ID3"):
        if len(head) < _ID3_HEAD:
            raise Unfinished("it ends within its tag")
        start = _ID3_HEAD + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
        if start >= size:
            raise Unfinished("it has no sound yet")
    file.seek(start)
    near = file.read(_SEARCHED)
    for place in range(len(near) - 3):
        found = _frame(near[place : place + 4]) if near[place] == 0xFF else None  # noqa: PLR2004 - eleven bits of sync
        if found is not None:
            return found
    raise NoSound("it has no frame of MPEG audio, layer III")


def _frame(head: bytes) -> Sound | None:
    """What the head of a frame says (ISO 11172-3 §2.4.1.3), where it is one of layer III."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # noqa: PLR2004 - sync, layer III
        return None
    rates = _RATES.get(head[1] >> 3 & 0b11)
    rate, bits = head[2] >> 2 & 0b11, head[2] >> 4
    if rates is None or rate >= len(rates) or bits in (0, 0b1111):
        return None
    return Sound("audio/mpeg", "mp3", 1 if head[3] >> 6 == _MONO else 2, rates[rate])

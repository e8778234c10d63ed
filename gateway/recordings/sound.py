"""What a file of audio is, by its own header."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

_MICROSECONDS = Decimal("0.000001")


class Unfinished(Exception):
    """Audio that isn't whole: it may be, later. The message says what is missing."""


class NoSound(Exception):
    """No audio that we know. The message says why."""


def seconds(samples: int, rate: int) -> Decimal:
    """How long so many last, to the microsecond and without zeros at its end."""
    rounded = (Decimal(samples) / Decimal(rate)).quantize(_MICROSECONDS)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded.normalize()


@dataclass(frozen=True, slots=True)
class Sound:
    """What its header says."""

    media_type: str
    encoding: str
    """`pcm`, `float`, `mu-law`, `a-law`, `mp3`, or the number that the header has for another, such as `0x0031`."""
    channels: int
    sample_rate: int
    bit_depth: int | None = None
    duration: Decimal | None = None
    """In seconds."""

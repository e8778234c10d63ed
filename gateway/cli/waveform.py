"""A recording as a terminal can show it: how loud it is from its beginning to its end."""

from __future__ import annotations

import sys
import wave
from array import array
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

_BARS = " ▁▂▃▄▅▆▇█"
_LOUDEST = 32_768
_WIDTH = 2


def waveforms(path: Path, columns: int) -> list[str]:
    """A line of block characters for each channel of a WAV of 16 bits. Raises OSError, ValueError for another."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != _WIDTH:
                raise ValueError(f"{path.name} has {8 * file.getsampwidth()} bits, not 16")
            channels = file.getnchannels()
            samples = array("h", file.readframes(file.getnframes()))
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path.name}: {error}") from None
    if sys.byteorder == "big":
        samples.byteswap()
    return [_line(samples[channel::channels], columns) for channel in range(channels)]


def _line(samples: Sequence[int], columns: int) -> str:
    """The peak of each part as one character; what is not quite silent shows."""
    places = [len(samples) * column // columns for column in range(columns + 1)]
    peaks = (_peak(samples[start:end]) for start, end in pairwise(places))
    return "".join(_BARS[-(-peak * (len(_BARS) - 1) // _LOUDEST)] for peak in peaks)


def _peak(samples: Sequence[int]) -> int:
    highest, lowest = max(samples, default=0), min(samples, default=0)
    return max(highest, -lowest)

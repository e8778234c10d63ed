"""What linked recordings sound like, and when they are there: the same for a link, whoever asks and how often."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import islice
from math import pi, sin
from random import Random
from urllib.parse import parse_qs, urlsplit

from gateway.simulator.calls import Call
from gateway.simulator.posts import Post

PATH = "/api/v1/calls/recordings/"
MEDIA_TYPE = "audio/wav"
LOG_IN_PAGE = b"<!DOCTYPE html><html><head><title>Log in</title></head><body><form>Log in</form></body></html>\n"
_LINKS = ("recording_url", "sess_agent_perspective_recording_url")
_PERSPECTIVE = "perspective/"
_RATE = 8000
_WIDTH = 2
_BLOCK = 400
"""Samples that have one loudness: a twentieth of a second, in which each voice has whole waves."""
_BLOCKS = _RATE // _BLOCK
_VOICES = (6, 10)
"""Waves a block of the agent's voice, and of the customer's: 120 and 200 Hz."""
_OVERTONES = ((1, 0.5), (2, 0.3), (3, 0.2))
_LOUDEST = 10
_FULL = 36_000
"""What its overtones leave is four fifths of it: within 16 bits."""
_HEAD = 44


class State(StrEnum):
    """What is at the link."""

    THERE = "there"
    MISSING = "not there"
    ENCODING = "still encoding"
    LOG_IN = "a log-in page"


_NOT_YET = (State.MISSING, State.MISSING, State.ENCODING, State.LOG_IN)


@dataclass(frozen=True, slots=True)
class Recording:
    """A WAV of 8 kHz and 16 bits: one channel, or where it is an agent's perspective the agent's and the customer's."""

    file: str
    """Which one of the account's it is, as its link says."""
    seconds: int

    @property
    def channels(self) -> int:
        """How many there are."""
        return 2 if self.file.startswith(_PERSPECTIVE) else 1

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return _HEAD + self._length

    def pieces(self) -> Iterator[bytes]:
        """The file, its header and then a second at a time."""
        frame = self.channels * _WIDTH
        form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, self.channels, _RATE, _RATE * frame, frame, 8 * _WIDTH)
        yield struct.pack("<4sI4s", b"RIFF", self.size - 8, b"WAVE") + form + struct.pack("<4sI", b"data", self._length)
        spoken = _spoken(Random(self.file))  # noqa: S311 - repeatable, not secret
        for _ in range(self.seconds):
            yield b"".join(_sound(side, loud, self.channels) for side, loud in islice(spoken, _BLOCKS))

    def state(self, waited: float, late: float) -> State:
        """What is there, `waited` seconds after it was first asked for, of a recording that is `late` by so many."""
        if waited >= late:
            return State.THERE
        return Random(f"{self.file} not yet").choice(_NOT_YET)  # noqa: S311 - repeatable, not secret

    @property
    def _length(self) -> int:
        return self.seconds * _RATE * self.channels * _WIDTH


def recordings_of(calls: Iterable[Call]) -> dict[str, Recording]:
    """The recordings that posts link, by their file: each lasts as long as its post says."""
    return {
        file: Recording(file, _seconds(post)) for call in calls for post in call.posts for file in files_linked(post)
    }


def files_linked(post: Post) -> list[str]:
    """The files of the recordings that `post` links."""
    links = (one.text for one in post.said if one.tag in _LINKS and one.value is not None)
    return [file for link in links if (file := file_at(link))]


def file_at(link: str) -> str:
    """Which recording it is; nothing where it is none's link."""
    parts = urlsplit(link)
    return parse_qs(parts.query).get("file", [""])[0] if parts.path == PATH else ""


def _seconds(post: Post) -> int:
    """Of an agent's part its own, where it says it, else the call's."""
    lasted = post.means.get("segment_duration") or post.means.get("duration")
    return lasted if isinstance(lasted, int) else 1


def _spoken(rng: Random) -> Iterator[tuple[int, int]]:
    """Who speaks in each block, and how loud; they take turns, in words with a breath between them."""
    side = rng.randrange(2)
    while True:
        loudest = rng.randrange(4, _LOUDEST + 1)
        for _ in range(rng.randrange(8, 50)):
            for _ in range(rng.randrange(2, 6)):
                yield side, loudest - rng.randrange(3)
            yield side, 0
        for _ in range(rng.randrange(4, 30)):
            yield side, 0
        side = 1 - side


@cache
def _sound(side: int, loud: int, channels: int) -> bytes:
    """A block in which one side speaks; where each has a channel of its own, the other is silent."""
    full = _FULL * loud / _LOUDEST
    step = 2 * pi * _VOICES[side] / _BLOCK
    wave = (round(full * sum(share * sin(n * step * place) for n, share in _OVERTONES)) for place in range(_BLOCK))
    if channels == 1:
        samples = list(wave)
    else:
        samples = [value for one in wave for value in ((one, 0) if side == 0 else (0, one))]
    return struct.pack(f"<{len(samples)}h", *samples)

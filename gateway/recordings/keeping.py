"""A recording that is whole: looked into, split where that is wanted, and put into its storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from gateway.model.file_name import with_mark
from gateway.recordings.fetching import is_wav
from gateway.recordings.mp3 import read_mp3
from gateway.recordings.partial import Full, Partial
from gateway.recordings.sound import Sound
from gateway.recordings.splitting import can_split, split
from gateway.recordings.wav import Wav, read_wav
from gateway.storage import Storage

_SUFFIXES = {"audio/wav": ".wav", "audio/mpeg": ".mp3"}

Facts = dict[str, object]


@dataclass(frozen=True, slots=True)
class Keeping:
    """How recordings are put into `storage`; with `sides`, one of two channels is split into files of these names."""

    storage: Storage
    sides: tuple[str, ...] = ()

    def keep(self, part: Partial, path: str) -> Facts:
        """Store what came under `path`, and say what it is. Blocks. Raises Unfinished, NoSound, Full, OSError."""
        wav: Wav | None = None
        sound, wav = part.read(lambda file: _looked_into(file, part.size))
        path = _named(path, sound.media_type)
        with self._split(part, wav) as sides:
            stored = self.storage.put(part.path, path, part.digest)
            files = [self._put_side(one, side, stored) for side, one in sides]
        part.drop()
        facts = {
            "path": stored,
            "size": part.size,
            "sha256": part.digest,
            "media_type": sound.media_type,
            "duration": sound.duration,
            "channels": sound.channels,
            "sample_rate": sound.sample_rate,
            "bit_depth": sound.bit_depth,
            "encoding": sound.encoding,
            "files": files or None,
        }
        return {name: value for name, value in facts.items() if value is not None}

    @contextmanager
    def _split(self, part: Partial, wav: Wav | None) -> Iterator[list[tuple[str, Path]]]:
        """A file for each side, of which nothing is left afterwards; none where there are no two to tell apart."""
        if not self.sides or wav is None or not can_split(wav):
            yield []
            return
        if self.storage.room() < part.size:
            raise Full(f"{part.size} bytes more are needed to split it")
        paths = [part.path.with_name(f"{part.path.name}.{number}") for number in (1, 2)]
        try:
            for path in paths:
                path.unlink(missing_ok=True)  # of somebody who was killed; it may be stored under another name too
            with paths[0].open("xb") as first, paths[1].open("xb") as second:
                part.read(lambda file: split(file, wav, (first, second)))
            yield list(zip(self.sides, paths, strict=True))
        finally:
            for path in paths:
                path.unlink(missing_ok=True)

    def _put_side(self, path: Path, side: str, stored: str) -> Facts:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
        return {
            "side": side,
            "path": self.storage.put(path, with_mark(stored, side), digest),
            "size": size,
            "sha256": digest,
        }


def _looked_into(file: BinaryIO, size: int) -> tuple[Sound, Wav | None]:
    beginning = file.read(12)
    file.seek(0)
    if is_wav(beginning):
        wav = read_wav(file, size)
        return wav.sound, wav
    return read_mp3(file, size), None


def _named(path: str, media_type: str) -> str:
    """A name that says it is the other of the two is mended: players go by it."""
    suffix = PurePosixPath(path).suffix.lower()
    meant = _SUFFIXES[media_type]
    return path if suffix == meant or suffix not in _SUFFIXES.values() else str(PurePosixPath(path).with_suffix(meant))

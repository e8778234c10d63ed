"""A file on its way in: written piece by piece, by one at a time, and taken up again where it broke off."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

_PIECE = 256 * 1024


class Busy(Exception):
    """Somebody else is at it."""


class Full(Exception):
    """There is too little room. The message says how much is missing."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier attempt left, and what says that the rest belongs to it."""

    size: int
    validator: str
    """A strong entity tag (RFC 9110 §8.8.3)."""


class Partial:
    """One file at `path`, held by us. All of it blocks, and may raise OSError; `close` comes after what is under way.

    What is kept for later is described by a note beside it, written once the bytes are durable: without one, it is
    begun anew. `room` says how many bytes may still be written.
    """

    def __init__(self, path: Path, link: str, room: Callable[[], int]) -> None:
        """Take it. Raises Busy."""
        self.path = path
        self.size = 0
        self.validator = ""
        """What says that the rest, asked for later, belongs to what came; without one it can't be gone on with."""
        self.is_whole = False
        """Whether all of it came."""
        self._link = sha256(link.encode()).hexdigest()
        self._room = room
        self._hash = sha256()
        self._lock = threading.Lock()
        self._file = _held(path)

    @property
    def digest(self) -> str:
        """SHA-256 of what came."""
        return self._hash.hexdigest()

    def kept(self) -> Kept | None:
        """What can be gone on with, of the same link."""
        try:
            note = json.loads(self._note.read_bytes())
            if note["link"] == self._link and self.path.stat().st_size >= note["size"] > 0:
                return Kept(int(note["size"]), str(note["validator"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            pass
        return None

    def begin(self, size: int, expected: int, validator: str = "") -> None:
        """Go on behind the first `size` bytes, and drop what is behind them; `expected` more will come. Raises Full."""
        with self._lock:
            self.validator = validator
            self._note.unlink(missing_ok=True)
            self._file.truncate(size)
            self._hash, self.size = sha256(), size
            self._file.seek(0)
            while piece := self._file.read(_PIECE):
                self._hash.update(piece)
            self._check_room(expected)

    def write(self, pieces: Sequence[bytes]) -> None:
        """Add `pieces`. Raises Full."""
        with self._lock:
            content = b"".join(pieces)
            self._check_room(len(content))
            left = memoryview(content)
            while left:
                left = left[self._file.write(left) :]
            self._hash.update(content)
            self.size += len(content)

    def read(self, reading: Callable[[BinaryIO], Any]) -> Any:  # noqa: ANN401 - what `reading` gives
        """What `reading` makes of it, from its beginning."""
        with self._lock:
            self._file.seek(0)
            return reading(self._file)

    def drop(self) -> None:
        """Leave nothing behind."""
        with self._lock:
            self._note.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let it go. What can be gone on with is kept for that; where nothing came, nothing is left."""
        with self._lock, self._file:
            if not _is_ours(self._file.fileno(), self.path):
                return  # it was stored, or dropped
            if self.size and self.validator and not self.is_whole:
                self._keep()
            elif not self.size and not self._note.exists():
                self.path.unlink()

    @property
    def _note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.note")

    def _keep(self) -> None:
        os.fsync(self._file.fileno())
        note = {"link": self._link, "size": self.size, "validator": self.validator}
        beside = self._note.with_suffix(".new")
        beside.write_text(json.dumps(note), encoding="utf-8")
        beside.replace(self._note)

    def _check_room(self, more: int) -> None:
        room = self._room()
        if room < more:
            raise Full(f"{more - room} bytes of room are missing")


def _held(path: Path) -> Any:  # noqa: ANN401 - a file, unbuffered: each piece is large
    """`path`, opened and locked; a lock ends with its process. Raises Busy."""
    while True:
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_ours(number, path):
                return os.fdopen(number, "r+b", buffering=0)
        except BlockingIOError:
            os.close(number)
            raise Busy("another attempt is at it") from None
        except BaseException:
            os.close(number)
            raise
        os.close(number)


def _is_ours(number: int, path: Path) -> bool:
    """Whether the file that we hold is the one at `path`, and that alone.

    It may have been stored, or dropped, before we held it. One that has two names was stored by somebody who was killed
    just then: what we would write would be written into that.
    """
    held = os.fstat(number)
    if held.st_nlink > 1:
        path.unlink(missing_ok=True)
        return False
    try:
        return held.st_ino == path.stat().st_ino
    except FileNotFoundError:
        return False

"""The body of a call while it is on the wire: read in pieces, bounded in bytes and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO

from gateway.errors import Malformed, Refusal, TooLarge

_DRAIN_SECONDS = 2.0
_DRAINED = 256 * 1024
"""Bytes of an unread body that are read after a refusal, so that the caller sees the answer and not a reset."""
_PIECE = 64 * 1024

Timed = Callable[[float | None], AbstractContextManager[object]]
"""A limit of so many seconds around its block, by default those for a body."""


class Body:
    """A body on the wire, read in pieces, bounded in bytes and time. Chunked ones announce no length.

    `breathe` is called between two pieces: a caller who sends faster than we read would let nobody else in.
    """

    def __init__(
        self, stream: BinaryIO, headers: Mapping[str, str], timed: Timed, breathe: Callable[[], None] = lambda: None
    ) -> None:
        self._stream = stream
        self._timed = timed
        self._breathe = breathe
        self._pieces = bytearray()
        announced = headers.get("content-length", "")
        chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        self.length: int | None = None if chunked else int(announced) if announced.isdecimal() else 0
        self.is_whole = self.length == 0
        self._failure: Refusal | None = None

    def first(self, count: int) -> bytes:
        """Up to `count` first bytes."""
        self._read_to(count)
        return bytes(self._pieces[:count])

    def read(self, limit: int) -> bytes:
        """All of it. Raises TooLarge, TimedOut, Malformed."""
        self._read_to(limit + 1)
        if len(self._pieces) > limit:
            raise TooLarge(f"the body has more than {limit} bytes")
        return bytes(self._pieces)

    @property
    def so_far(self) -> bytes:
        """What was read of it."""
        return bytes(self._pieces)

    def drain(self) -> bool:
        """Read on, bounded, after a refusal; whether all of it was read."""
        try:
            self._read_to(len(self._pieces) + _DRAINED, _DRAIN_SECONDS)
        except Refusal:
            return False
        return self.is_whole

    def _read_to(self, count: int, seconds: float | None = None) -> None:
        if self.is_whole or len(self._pieces) >= count:
            return
        if self._failure is not None:
            raise self._failure
        try:
            with self._timed(seconds):
                while len(self._pieces) < count and not self.is_whole:
                    self._read_piece(count)
                    if not self.is_whole:
                        self._breathe()
        except Refusal as error:
            self._failure = error
            raise
        except Exception as broken:
            # The server's own errors for a bad chunk or a caller who left have no common base.
            self._failure = Malformed(f"the body broke off: {type(broken).__name__}")
            raise self._failure from broken

    def _read_piece(self, count: int) -> None:
        wanted = min(_PIECE, count - len(self._pieces))
        if self.length is not None:
            wanted = min(wanted, self.length - len(self._pieces))
        piece = self._stream.read(wanted)
        self._pieces += piece
        if self.length is not None and not piece:
            raise Malformed(f"the body ends after {len(self._pieces)} of {self.length} bytes")
        self.is_whole = not piece or len(self._pieces) == self.length

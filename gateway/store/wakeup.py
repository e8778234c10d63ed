"""Wake-up: whoever makes deliveries tells the workers, those of this machine by datagram. A hint: they poll too."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

from gateway.store.notify import NotifyBell
from gateway.store.place import Place, PostgresServer

_SUFFIX = ".wake"
_FRESH = 1.0
"""Seconds for which a list of the workers' sockets is good."""


class Bell:
    """What the accepting side rings. Never blocks, never fails."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._found: list[str] = []
        self._looked = float("-inf")

    def ring(self) -> None:
        """Wake every worker that listens in the folder."""
        if self._clock() - self._looked > _FRESH:
            self._looked = self._clock()
            with contextlib.suppress(OSError):
                self._found = [str(path) for path in self._folder.glob(f"*{_SUFFIX}")]
        for address in self._found:
            with contextlib.suppress(OSError):
                self._socket.sendto(b"!", address)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def bell_of(place: Place, folder: Path, clock: Callable[[], float]) -> Bell | NotifyBell:
    """What wakes the workers on the database at `place`; they may be on other machines if it is a server's."""
    return NotifyBell(place) if isinstance(place, PostgresServer) else Bell(folder, clock)


def listen(folder: Path) -> socket.socket:
    """A socket that the bell rings, in this worker's name; close it with `unlisten`."""
    folder.mkdir(parents=True, exist_ok=True)
    address = folder / f"{os.getpid()}{_SUFFIX}"
    address.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(address))
    listening.setblocking(False)
    return listening


def unlisten(listening: socket.socket) -> None:
    """Close a listening socket and take its name away."""
    address = listening.getsockname()
    listening.close()
    Path(address).unlink(missing_ok=True)

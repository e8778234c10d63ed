"""A wall clock that a test moves, for every process of a gateway at once; monotonic clocks go on as they do."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from gateway.store.outbox import LEASE
from tests.faults.preload import compiled


@dataclass(frozen=True)
class Clock:
    """`environment` is what a process needs to have this clock."""

    file: Path
    library: Path

    @classmethod
    def at(cls, folder: Path) -> Clock:
        """A clock that is right until it is moved; skips where there is no C compiler."""
        made = cls(folder / "clock", compiled("clock.c", folder))
        made.move_to(timedelta(0))
        return made

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "GATEWAY_CLOCK": str(self.file)}

    def move_to(self, off: timedelta) -> None:
        """Let it be wrong by `off`. In place: the processes have the file in their memory."""
        with self.file.open("r+b" if self.file.exists() else "wb") as stream:
            stream.write(struct.pack("l", int(off.total_seconds())))

    def end_leases(self, off: timedelta = timedelta(0)) -> timedelta:
        """Move it on from `off` until every lease has ended; by how much it is wrong then."""
        later = off + LEASE + timedelta(seconds=1)
        self.move_to(later)
        return later

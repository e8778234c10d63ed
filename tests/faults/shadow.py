"""A second disk that holds what was fsynced and nothing else: what is left after the power was cut."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.faults.preload import compiled


@dataclass(frozen=True)
class Shadow:
    """The fsynced part of the data of a gateway in `folder`."""

    folder: Path
    library: Path

    @classmethod
    def at(cls, folder: Path) -> Shadow:
        """An empty one; skips where there is no C compiler."""
        (folder / "disk").mkdir()
        return cls(folder, compiled("shadow.c", folder))

    @property
    def environment(self) -> dict[str, str]:
        """What the gateway needs to have its power cut."""
        return {
            "LD_PRELOAD": str(self.library),
            "GATEWAY_SHADOW_OF": str((self.folder / "var").resolve()),
            "GATEWAY_SHADOW": str(self.folder / "disk"),
        }

    def event_ids(self) -> set[str]:
        """The ids of the events that are there, in a sound database."""
        left = Path(shutil.copytree(self.folder / "disk", self.folder / "left"))
        with closing(sqlite3.connect(left / "gateway.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return {event_id for (event_id,) in connection.execute("SELECT event_id FROM events")}

"""A second disk that holds what was fsynced and nothing else: what is left after the power was cut."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.faults.preload import compiled
from tests.faults.server import Server


@dataclass(frozen=True)
class Shadow:
    """The fsynced part of what is written into the folder `of`."""

    of: Path
    disk: Path
    library: Path

    @classmethod
    def at(cls, folder: Path) -> Shadow:
        """That of a gateway in `folder`, empty; skips where there is no C compiler."""
        (folder / "disk").mkdir()
        return cls(folder / "var", folder / "disk", compiled("shadow.c", folder))

    @classmethod
    def of_server(cls, server: Server) -> Shadow:
        """That of a server, which is stopped for it: what it has by then is on the disk. Skips as `at` does."""
        made = cls(server.data, server.data.parent / "disk", compiled("shadow.c", server.data.parent))
        server.stop()
        subprocess.run(["cp", "--archive", made.of, made.disk], check=True)
        server.environment = made.environment
        server.start()
        return made

    @property
    def environment(self) -> dict[str, str]:
        """What whoever writes needs to have its power cut."""
        return {
            "LD_PRELOAD": str(self.library),
            "GATEWAY_SHADOW_OF": str(self.of.resolve()),
            "GATEWAY_SHADOW": str(self.disk),
        }

    def event_ids(self) -> set[str]:
        """The ids of the events that are there, in a sound database of SQLite."""
        left = Path(shutil.copytree(self.disk, self.disk.with_name("left")))
        with closing(sqlite3.connect(left / "gateway.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return {event_id for (event_id,) in connection.execute("SELECT event_id FROM events")}

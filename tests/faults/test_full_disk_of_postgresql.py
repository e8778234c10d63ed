"""The disk of a PostgreSQL server is full, again and again: 503, nothing lost, and on by itself once there is room."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.abrupt import running_until_cut
from tests.faults.disk import a_disk, resize, wait_until_full
from tests.faults.load import SLOTS, Load
from tests.faults.outage import all_is_well_again, repeated_and_none_lost, stored_at
from tests.faults.server import Server, a_server
from tests.running import Downstream, wait_for

_ROOM, _A_LITTLE = 500_000_000, 1_500_000
_TIMES = 2
_FULL, _GIVES_UP = "No space left on device", "PANIC"
_FOLDERS = {"tables": "base", "log": "pg_wal"}


@pytest.fixture
def server() -> Iterator[Server]:
    with a_server(segments=1) as started:
        yield started


@pytest.fixture(params=_FOLDERS)
def full(request: pytest.FixtureRequest) -> str:
    """What finds no room: where the tables don't, the server has errors; where its log (WAL) doesn't, it gives up."""
    return str(request.param)


@pytest.fixture
def disk(server: Server, full: str) -> Iterator[Path]:
    """What that is on, and nothing else of the server."""
    server.stop()
    folder = server.data / _FOLDERS[full]
    before = folder.rename(server.data.parent / "before")
    with a_disk(folder, _ROOM) as made:
        subprocess.run(["cp", "--archive", f"{before}/.", made], check=True)
        server.start()
        yield made


def test_a_full_disk_of_a_server_is_a_503_until_there_is_room(
    tmp_path: Path, downstream: Downstream, server: Server, full: str, disk: Path
) -> None:
    """Nobody does anything but make room. A server that can't write its log ends, and systemd starts it again."""
    with (
        server.kept() as ends,
        running_until_cut(tmp_path, stored_at(server.url, downstream)) as gateway,
        Load(gateway) as load,
    ):
        load.wait_for_more(100, "before the disk is full")
        for _ in range(_TIMES):
            resize(disk, shutil.disk_usage(disk).used + _A_LITTLE)
            load.wait_for_more(10, "while there is a little room")
            wait_until_full(load)
        resize(disk, _ROOM)
        wait_for(server.lets_in, 20, "a server that recovers")
        all_is_well_again(gateway, load, downstream)
        load.wait_for_more(100, "as if nothing had been")
        said = server.log.read_text(encoding="utf-8")
        print(f"{full}: {said.count(_FULL)} writes failed, {said.count(_GIVES_UP)} {_GIVES_UP}, {len(ends)} starts")
        assert _FULL in said
        assert (full == "log") == (_GIVES_UP in said)
        assert repeated_and_none_lost(gateway, load, downstream) <= 20 * SLOTS * _TIMES

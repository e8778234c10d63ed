"""The disk of a PostgreSQL server is full, again and again: 503, nothing lost, and on by itself once there is room."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.abrupt import running_until_cut
from tests.faults.disk import a_disk, resize, wait_until_full
from tests.faults.load import SLOTS, Load
from tests.faults.outage import all_is_well_again, repeated_and_none_lost, stored_at
from tests.faults.server import Server, a_server
from tests.running import Downstream, wait_for

_ROOM, _A_LITTLE = 500_000_000, 3_000_000
_TIMES = 3
_FULL, _GIVES_UP = "No space left on device", "PANIC"
_SEGMENT = {"tables": 64, "log": 1}
"""Megabytes that the log (WAL) is laid out in: one piece lasts while the tables grow, or many are needed."""


@pytest.fixture(params=_SEGMENT)
def full(request: pytest.FixtureRequest) -> str:
    """What finds no room first: where the tables do, the server has errors; where its log does, it gives up."""
    return str(request.param)


@pytest.fixture
def server(full: str) -> Iterator[Server]:
    with a_server(lambda folder: a_disk(folder, _ROOM), segments=_SEGMENT[full]) as started:
        yield started


def test_a_full_disk_of_a_server_is_a_503_until_there_is_room(
    tmp_path: Path, downstream: Downstream, server: Server, full: str
) -> None:
    """Nobody does anything but make room. A server that can't write its log ends, and systemd starts it again."""
    with (
        server.kept() as ends,
        running_until_cut(tmp_path, stored_at(server.url, downstream)) as gateway,
        Load(gateway) as load,
    ):
        load.wait_for_more(100, "before the disk is full")
        for _ in range(_TIMES):
            resize(server.data, shutil.disk_usage(server.data).used + _A_LITTLE)
            load.wait_for_more(10, "while there is a little room")
            wait_until_full(load)
        resize(server.data, _ROOM)
        wait_for(server.lets_in, 20, "a server that recovers")
        all_is_well_again(gateway, load, downstream)
        load.wait_for_more(100, "as if nothing had been")
        said = server.log.read_text(encoding="utf-8")
        print(f"{full}: {said.count(_FULL)} writes failed, {said.count(_GIVES_UP)} {_GIVES_UP}, {len(ends)} starts")
        assert _FULL in said
        assert (full == "log") == (_GIVES_UP in said)
        assert repeated_and_none_lost(gateway, load, downstream) <= 20 * SLOTS * _TIMES

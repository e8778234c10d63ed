"""The disk is full, again and again, at whichever write comes first: 503, nothing lost, and on once there is room."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.faults.abrupt import running_until_cut
from tests.faults.disk import a_disk, resize, wait_until_full
from tests.faults.load import Load, delivering_to, missing, repeated, wait_until_drained
from tests.running import Downstream

_SIZE, _A_LITTLE, _ROOM = 1_500_000, 150_000, 200_000_000
_TIMES = 5


def test_a_full_disk_is_a_503_until_there_is_room(tmp_path: Path, downstream: Downstream) -> None:
    with a_disk(tmp_path / "var", _SIZE) as disk:
        with (
            running_until_cut(tmp_path, delivering_to(downstream, 'keep_free = "1B"')) as gateway,
            Load(gateway) as load,
        ):
            for time_full in range(1, 1 + _TIMES):
                wait_until_full(load)
                resize(disk, _SIZE + time_full * _A_LITTLE)
            wait_until_full(load)
            resize(disk, _ROOM)
            started = time.monotonic()
            load.wait_for_more(4, "once there is room")
            assert time.monotonic() - started < 3  # it looks once a second whether there is room
            load.wait_for_more(100, "as if nothing had been")
            load.stop()
            assert {503} == {answer.status_code for answer in load.refused}
            assert all(int(answer.headers["Retry-After"]) > 0 for answer in load.refused)
            wait_until_drained(gateway)
            assert not missing(gateway, load.acknowledged)
            assert repeated(downstream, load.acknowledged) == 0
        with closing(sqlite3.connect(disk / "gateway.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)

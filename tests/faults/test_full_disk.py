"""The disk is full, again and again, at whichever write comes first: 503, nothing lost, and on once there is room."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.abrupt import running_until_cut
from tests.faults.load import Load, delivering_to, missing, repeated, wait_until_drained
from tests.running import Downstream, wait_for

_SIZE, _A_LITTLE, _ROOM = 1_500_000, 150_000, 200_000_000
_TIMES = 5


def test_a_full_disk_is_a_503_until_there_is_room(tmp_path: Path, downstream: Downstream) -> None:
    with _disk(tmp_path / "var", _SIZE) as disk:
        with (
            running_until_cut(tmp_path, delivering_to(downstream, 'keep_free = "1B"')) as gateway,
            Load(gateway) as load,
        ):
            for time_full in range(1, 1 + _TIMES):
                _wait_until_full(load)
                _resize(disk, _SIZE + time_full * _A_LITTLE)
            _wait_until_full(load)
            _resize(disk, _ROOM)
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


def _wait_until_full(load: Load) -> None:
    """Until nothing is accepted any more: what is small may still fit where something larger did not."""

    def nothing_goes() -> bool:
        accepted, refused = len(load.acknowledged), len(load.refused)
        time.sleep(0.3)
        return accepted == len(load.acknowledged) and refused < len(load.refused)

    wait_for(nothing_goes, 20, "a full disk")


@contextmanager
def _disk(folder: Path, size: int) -> Iterator[Path]:
    """`folder` on a disk of its own, in memory. Skips where none may be mounted."""
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "false", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk of {size} bytes here: mount is not there, or not permitted {done.stderr}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _resize(disk: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)

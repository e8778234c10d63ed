"""Somebody else locks the database's file, or makes it read-only: 503 for as long as that lasts, then on at once."""

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
from tests.running import Downstream, RunningGateway


def test_a_lock_of_another_program_is_a_503_until_it_is_given_up(tmp_path: Path, downstream: Downstream) -> None:
    with running_until_cut(tmp_path, delivering_to(downstream)) as gateway, Load(gateway) as load:
        load.wait_for_more(50, "before the lock")
        with closing(sqlite3.connect(tmp_path / "var/gateway.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            _nothing_is_accepted(load, 5)
            other.execute("ROLLBACK")
        _all_is_well_again(gateway, load)
        _nothing_acknowledged_is_lost(gateway, load, downstream)


def test_a_read_only_file_is_a_503_until_it_may_be_written(tmp_path: Path, downstream: Downstream) -> None:
    with running_until_cut(tmp_path, delivering_to(downstream)) as gateway, Load(gateway) as load:
        load.wait_for_more(50, "before it is read-only")
        with _read_only(tmp_path / "var/gateway.db-wal"):
            _nothing_is_accepted(load, 1)
        _all_is_well_again(gateway, load)
        _nothing_acknowledged_is_lost(gateway, load, downstream)


@contextmanager
def _read_only(file: Path) -> Iterator[None]:
    """`file` can't be written, not even by root, nor by who has it open. Skips where that can't be had."""
    chattr = shutil.which("chattr")
    done = subprocess.run([chattr or "false", "+i", file], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"no read-only file here: chattr +i is not there, or not permitted {done.stderr.decode()}")
    try:
        yield
    finally:
        subprocess.run([chattr or "false", "-i", file], check=True)


def _nothing_is_accepted(load: Load, seconds: float) -> None:
    time.sleep(0.2)  # for answers that are on their way
    before, refused = len(load.acknowledged), len(load.refused)
    time.sleep(seconds)
    assert before == len(load.acknowledged)
    assert len(load.refused) > refused
    assert load.unanswered == 0


def _all_is_well_again(gateway: RunningGateway, load: Load) -> None:
    started = time.monotonic()
    load.wait_for_more(4, "at once")
    assert time.monotonic() - started < 1
    assert gateway.process is not None and gateway.process.poll() is None
    assert {503} == {answer.status_code for answer in load.refused}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in load.refused)


def _nothing_acknowledged_is_lost(gateway: RunningGateway, load: Load, downstream: Downstream) -> None:
    load.stop()
    wait_until_drained(gateway)
    assert not missing(gateway, load.acknowledged)
    assert repeated(downstream, load.acknowledged) == 0

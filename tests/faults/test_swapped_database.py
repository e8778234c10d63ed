"""The database's file is taken away under a running gateway: no call is acknowledged that no file will have."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.faults.abrupt import running_until_cut
from tests.faults.load import Load, delivering_to
from tests.running import Downstream, wait_for


def _replaced_by_an_empty_one(file: Path) -> None:
    file.rename(file.with_name("away.db"))
    file.touch()


def _replaced_by_a_backup(file: Path) -> None:
    backup = file.with_name("backup.db")
    with closing(sqlite3.connect(file)) as here, closing(sqlite3.connect(backup)) as there:
        here.backup(there)
    backup.replace(file)


def _deleted(file: Path) -> None:
    for one in file.parent.glob(f"{file.name}*"):
        one.unlink()


def _without_its_log(file: Path) -> None:
    file.with_name(f"{file.name}-wal").unlink()


@pytest.mark.parametrize("happens", [_replaced_by_an_empty_one, _replaced_by_a_backup, _deleted, _without_its_log])
def test_nothing_is_acknowledged_into_a_file_that_is_gone(
    tmp_path: Path, downstream: Downstream, happens: Callable[[Path], None]
) -> None:
    with running_until_cut(tmp_path, delivering_to(downstream, "web_processes = 1")) as gateway:
        with Load(gateway) as load:
            load.wait_for_more(50, "before the file is swapped")
            happens(tmp_path / "var/gateway.db")
            wait_for(lambda: load.refused, 5, "a refusal")
            last = len(load.acknowledged)
            time.sleep(1)
            assert last == len(load.acknowledged)
        assert {503} == {answer.status_code for answer in load.refused}
        assert requests.get(f"{gateway.url}/readyz", timeout=10).status_code == 503

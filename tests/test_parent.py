"""A child ends with its parent, however that ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.parent import PARENT, die_with_parent
from tests import ROOT
from tests.running import wait_for

_CHILD = """
import signal, sys, time
from pathlib import Path
from gateway.parent import die_with_parent
folder = Path(sys.argv[1])
signal.signal(signal.SIGTERM, lambda *_: ((folder / "told").touch(), sys.exit()))
die_with_parent()
(folder / "ready").touch()
time.sleep(30)
"""
_FATHER = """
import os, subprocess, sys
from pathlib import Path
told = os.environ | {"GATEWAY_PARENT": str(os.getpid())}
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], env=told)
(Path(sys.argv[2]) / "child").write_text(str(child.pid))
child.wait()
"""


def is_running(pid: int) -> bool:
    """Whether the process lives: one that ended may wait as a zombie for whoever adopted it."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return False


def test_a_child_of_a_killed_parent_is_told_to_stop_and_ends(tmp_path: Path) -> None:
    father = subprocess.Popen([sys.executable, "-c", _FATHER, _CHILD, str(tmp_path)], cwd=ROOT)
    try:
        wait_for((tmp_path / "ready").exists, what="the child's start")
        child = int((tmp_path / "child").read_text(encoding="ascii"))
        assert is_running(child)
    finally:
        father.kill()
        father.wait()
    wait_for(lambda: not is_running(child), what="the child's end")
    assert (tmp_path / "told").exists()


def test_a_child_whose_parent_was_gone_before_ends_too(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(tmp_path)], cwd=ROOT, env=os.environ | {PARENT: str(os.getpid() + 1_000_000)}
    )
    assert 0 == child.wait(20)
    assert (tmp_path / "told").exists()


def test_a_process_that_nobody_supervises_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PARENT, raising=False)
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    try:
        die_with_parent()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert [] == told

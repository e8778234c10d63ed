"""A small disk of a test's own, in memory: it fills up, and it is made larger."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.load import Load
from tests.running import wait_for


@contextmanager
def a_disk(folder: Path, size: int) -> Iterator[Path]:
    """`folder` on a disk of its own. Skips where none may be mounted."""
    folder.mkdir(exist_ok=True)
    mount = shutil.which("mount")
    command = [mount or "false", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk of {size} bytes here: mount is not there, or not permitted {done.stderr}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def resize(disk: Path, size: int) -> None:
    """Make it larger, or smaller than it is by what is free on it."""
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)


def wait_until_full(load: Load) -> None:
    """Until nothing is accepted any more: what is small may still fit where something larger did not."""

    def nothing_goes() -> bool:
        accepted, refused = len(load.acknowledged), len(load.refused)
        time.sleep(0.3)
        return accepted == len(load.acknowledged) and refused < len(load.refused)

    wait_for(nothing_goes, 60, "a full disk")

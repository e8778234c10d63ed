"""Pythons of this machine: each version that really runs, wherever it is."""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

_PYENV = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()


@functools.cache
def interpreter(version: str) -> Path | None:
    """A Python of that version, such as `3.14`: from PATH, or one that pyenv keeps; None where none runs."""
    return next((one for one in _candidates(version) if _is(one, version)), None)


def _candidates(version: str) -> Iterator[Path]:
    for folder in os.get_exec_path():
        yield Path(folder) / f"python{version}"
    yield from sorted((_PYENV / "versions").glob(f"{version}.*/bin/python"), reverse=True)


def _is(file: Path, version: str) -> bool:
    """Whether it is there and runs: pyenv has a name for every version on PATH, and few behind it."""
    asked = "import ssl, sqlite3, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([file, "-c", asked], capture_output=True, text=True, check=False, timeout=30)
    except OSError:
        return False
    return done.stdout.strip() == version

"""Small C libraries that stand between a process and its system: a fault without a mock."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def compiled(source: str, folder: Path) -> Path:
    """The library that `source`, a C file beside this one, makes; skips where there is nothing to compile it with."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip(f"no C compiler (cc, gcc) to make {source}")
    library = folder / source.replace(".c", ".so")
    command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-o", str(library), str(HERE / source), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return library

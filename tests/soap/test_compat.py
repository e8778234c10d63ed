"""Spyne can be imported, in a fresh process, whatever Python this is."""

from __future__ import annotations

import importlib
import subprocess
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

import pytest

from gateway.soap import compat
from tests import ROOT


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)


@pytest.mark.parametrize("module", ["gateway.soap.declared", "gateway.soap.mapper", "gateway.bindings.soap"])
def test_whatever_of_ours_is_imported_first_spyne_imports_without_a_warning(module: str) -> None:
    done = run(f"import {module}; import spyne.protocol.soap; from spyne.util.six.moves.urllib.parse import quote")
    assert (0, "") == (done.returncode, done.stderr)


def test_an_application_of_the_same_name_is_built_again_without_a_word() -> None:
    done = run("from tests.soap.generated import a_service; a_service(); a_service()")
    assert (0, "") == (done.returncode, done.stderr)


def test_what_a_compiler_says_of_spynes_source_is_not_told_either() -> None:
    """An installer that compiles nothing beforehand leaves it to the first start."""
    spec = find_spec("spyne.protocol.http")
    assert spec is not None
    assert spec.origin is not None
    text = Path(spec.origin).read_text(encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(SyntaxError, match="invalid escape"):
            compile(text, "/elsewhere/http.py", "exec")
        importlib.reload(compat)
        assert compile(text, spec.origin, "exec")

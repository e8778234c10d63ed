"""Spyne can be imported, in a fresh process, whatever Python this is."""

from __future__ import annotations

import subprocess
import sys

import pytest

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

"""The command `gateway`: its commands, and the exit codes they share."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gateway import __version__, cli
from gateway.cli import run_command_line as command_line
from gateway.settings import Document
from tests import ROOT
from tests.cli.conftest import Run


def test_the_exit_codes_are_as_pinned() -> None:
    assert (0, 1, 2, 3, 4, 5, 6, 130) == (
        cli.OK, cli.BUG, cli.USAGE, cli.REFUSED, cli.DEAD_LETTER, cli.TIMED_OUT, cli.STORE_UNAVAILABLE, cli.INTERRUPTED,
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        "init", "check", "run", "serve", "work", "send", "events", "deliveries", "requests", "replays", "database",
        "contracts", "demo",
    ],
)  # fmt: skip
def test_a_command_is_listed_and_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert 0 == command_line(["--help"])
    assert f"\n  {command} " in capsys.readouterr().out
    assert 0 == command_line([command, "--help"])
    assert f"Usage: gateway {command}" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == command_line(["--version"])
    assert f"gateway, version {__version__}\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["nonsense"], ["check", "--nonsense"], ["events"], ["events", "nonsense"], ["send"], ["send", "pbx"],
        ["events", "show"], ["contracts", "publish"], ["database"], ["database", "backup"],
        ["database", "restore"], ["replays"], ["replays", "show"], ["replays", "cancel", "x"], ["replays", "resume"],
    ],
)  # fmt: skip
def test_wrong_usage_is_2_and_told_on_stderr(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert 2 == command_line(arguments)
    told = capsys.readouterr()
    assert told.out == ""
    assert "Usage: gateway" in told.err


def test_a_store_that_can_not_be_used_is_6(document: Document, run: Run) -> None:
    (document.folder / "var/gateway.db").mkdir(parents=True)
    code, out, err = run("events", "list")
    assert (6, "") == (code, out)
    assert "the store can't be used now" in err


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "nonsense"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert 2 == done.returncode
    assert "No such command 'nonsense'" in done.stderr

"""Log lines on stderr: JSON for machines, console for people."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import ROOT

_HEAD = "import sys\nfrom gateway.telemetry import logs\nlogs.set_up(*sys.argv[1:3])\nlog = logs.log\n"


def told(program: str, form: str = "json", level: str = "info") -> list[str]:
    """The lines that a process of its own logs: the set-up is for a process's whole life."""
    done = subprocess.run(
        [sys.executable, "-c", _HEAD + program, form, level], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def lines(program: str, form: str = "json") -> list[dict[str, Any]]:
    return [json.loads(line) for line in told(program, form)]


def test_a_line_is_one_json_object_with_its_facts() -> None:
    (line,) = lines('log.info("event.received", source="pbx", bytes=18, note="Zoë\\nsaid \\"hi\\"", error=None)')
    at = datetime.fromisoformat(line.pop("at"))
    assert at.utcoffset() == timedelta(0)
    assert {
        "event": "event.received", "level": "info", "source": "pbx", "bytes": 18, "note": 'Zoë\nsaid "hi"',
        "error": None,
    } == line  # fmt: skip


def test_what_json_does_not_know_is_told_as_text() -> None:
    (line,) = lines(
        "from pathlib import Path\nfrom gateway.values import Secret\n"
        'log.warning("odd", path=Path("a/b"), secret=Secret("hunter2"), states={1: "x"})'
    )
    assert ("a/b", "••••", {"1": "x"}) == (line["path"], line["secret"], line["states"])


def test_a_traceback_is_a_fact_of_its_line() -> None:
    (line,) = lines('try:\n    1 / 0\nexcept ZeroDivisionError:\n    log.exception("request.bug", request_id="r")')
    assert ("error", "request.bug", "r") == (line["level"], line["event"], line["request_id"])
    assert "ZeroDivisionError: division by zero" in line["exception"]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", ["d", "i", "w", "e"]),
        ("info", ["i", "w", "e"]),
        ("warning", ["w", "e"]),
        ("error", ["e"]),
    ],
)
def test_a_level_leaves_out_what_is_below_it(level: str, expected: list[str]) -> None:
    program = 'log.debug("d"); log.info("i"); log.warning("w"); log.error("e")'
    assert expected == [json.loads(line)["event"] for line in told(program, "json", level)]


def test_without_a_terminal_auto_is_json() -> None:
    assert ["x"] == [line["event"] for line in lines('log.info("x")', "auto")]


def test_a_console_line_is_for_people_and_plain_without_a_terminal() -> None:
    (line,) = told('log.info("event.received", source="pbx")', "console")
    assert "[info     ] event.received" in line
    assert "source=pbx" in line
    assert "\x1b" not in line

"""What operators get wrong in a configuration, and that each mistake is told with its place, why, and what to do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.cli import run_command_line as command_line
from tests import ROOT
from tests.configured import ANYBODY, JOURNAL, TO_CRM, a_document
from tests.mistakes import (
    CONTRACT,
    HERE,
    Mistake,
    at_the_top,
    in_contracts,
    in_destinations,
    in_habits,
    in_joins,
    in_routes,
    in_sources,
    in_toml,
)

MISTAKES = [
    *in_toml.MISTAKES, *at_the_top.MISTAKES, *in_sources.MISTAKES, *in_habits.MISTAKES, *in_destinations.MISTAKES,
    *in_routes.MISTAKES, *in_joins.MISTAKES, *in_contracts.MISTAKES,
]  # fmt: skip
JARGON = re.compile(
    r"Traceback|[Ii]nput should|[Vv]alue error|pydantic|validat|Errno|NoneType|<class|<EOF>|\b(dict|tuple)\b|datetime\."
)
ROWS, COLUMNS = 24, 100
NOBODY = 65534


def _line_of(mistake: Mistake) -> int | None:
    """The line that is marked, in the one file that has the mark."""
    for text in (mistake.text, *mistake.files.values()):
        if isinstance(text, str) and HERE in text:
            return text[: text.index(HERE)].count("\n") + 1
    return None


def _written(folder: Path, mistake: Mistake) -> Path:
    for name, content in {"contract.toml": CONTRACT, "gateway.toml": mistake.text, **mistake.files}.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / "gateway.toml"


def _rows(told: str) -> int:
    return sum(len(textwrap.wrap(line, COLUMNS)) for line in told.splitlines())


def _told(capsys: pytest.CaptureFixture[str], path: Path) -> list[str]:
    """The problems that are told of the configuration at `path`, all on one screen."""
    assert 2 == command_line(["check", "--config", str(path)])
    said = capsys.readouterr()
    assert "" == said.out
    assert not JARGON.search(said.err)
    assert _rows(said.err.replace(str(path.parent), "/etc/gateway")) <= ROWS
    return said.err.splitlines()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name.replace(" ", "-"))
def test_a_mistake_is_told_with_its_place_its_reason_and_the_next_step(
    mistake: Mistake, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PBX_PASSWORD", "CRM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    told = _told(capsys, _written(tmp_path, mistake))
    assert mistake.problems == len(told)
    problem = next(one for one in told if mistake.place in one)
    _, _, after = problem.partition(mistake.place)
    assert mistake.reason in after
    assert mistake.next_step in after
    line = _line_of(mistake)
    assert line is None or f"(line {line}" in after
    assert "hunter2" not in "".join(told)


def test_there_are_more_than_fifty_of_every_part_and_each_has_a_name_of_its_own() -> None:
    names = [mistake.name for mistake in MISTAKES]
    assert len(names) > 50
    assert len(set(names)) == len(names)
    assert [] == [mistake.name for mistake in MISTAKES if not (mistake.place and mistake.reason and mistake.next_step)]


def test_many_mistakes_are_told_at_once_each_in_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = ANYBODY + 'maxBody = "1MiB"\nrate = 20\n' + JOURNAL + "timeout = 30\nslots = 0\n" + TO_CRM + 'event = "x"\n'
    a_document(tmp_path, 'listne = "127.0.0.1:8080"\nweb_processes = 0\n' + text)
    told = _told(capsys, tmp_path / "gateway.toml")
    assert {
        "listne": 1, "web_processes": 2, "sources.pbx.maxBody": 6, "sources.pbx.rate": 7,
        "destinations.crm.timeout": 10, "destinations.crm.slots": 11, "routes.all.event": 14,
    } == {one.partition(": ")[0]: int(re.findall(r"\(line (\d+)", one)[0]) for one in told}  # fmt: skip


def test_a_file_that_is_not_there_is_told_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_document(tmp_path, ANYBODY)
    (told,) = _told(capsys, tmp_path / "gatway.toml")
    assert f"{tmp_path}/gatway.toml: there is no file {tmp_path}/gatway.toml (did you mean gateway.toml?)" == told


def test_where_no_file_is_near_there_is_a_command_that_writes_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (told,) = _told(capsys, tmp_path / "gateway.toml")
    assert told.endswith("(`gateway init` writes one to start from)")


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (told,) = _told(capsys, tmp_path)
    assert f"{tmp_path}: {tmp_path} is a folder (name a file in it)" == told


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Root may read everything."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.parametrize("name", ["gateway.toml", "contract.toml"])
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    a_document(tmp_path, ANYBODY)
    (tmp_path / name).chmod(0)
    for folder in (tmp_path, *tmp_path.parents):  # pytest's own are its user's alone
        if folder.stat().st_uid == os.geteuid() and folder.name.startswith(("pytest", "popen", "test")):
            folder.chmod(0o755)
    assert 0 == command_line(["check", "--help"])
    capsys.readouterr()
    with _as_nobody():
        (told,) = _told(capsys, tmp_path / "gateway.toml")
    assert f"{tmp_path / name} can't be read: Permission denied" in told
    assert "let whoever runs the gateway read it" in told


def test_the_mark_that_windows_begins_files_with_is_no_mistake(tmp_path: Path) -> None:
    a_document(tmp_path, "")
    (tmp_path / "gateway.toml").write_bytes(
        b"\xef\xbb\xbf" + (ANYBODY + JOURNAL + TO_CRM).replace("\n", "\r\n").encode()
    )
    assert 0 == command_line(["check", "--config", str(tmp_path / "gateway.toml")])


@pytest.mark.parametrize(
    ("command", "name"), [("check", "a duration without quotes"), ("run", "a destination that there is not")]
)
def test_the_program_itself_says_no_more_and_exits_with_2(tmp_path: Path, command: str, name: str) -> None:
    mistake = next(one for one in MISTAKES if one.name == name)
    done = subprocess.run(
        [sys.executable, "-m", "gateway", command, "--config", str(_written(tmp_path, mistake))],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=60,
    )  # fmt: skip
    assert (2, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
    assert mistake.reason in done.stderr
    assert not JARGON.search(done.stderr)

"""Where commands find the configuration: the option, the environment, this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli import run_command_line as command_line
from gateway.settings import MAIN
from tests.cli.conftest import Run
from tests.configured import a_document


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Three configurations, told apart by what is wrong with them; the one called `here` is where we are."""
    found = {name: tmp_path / name for name in ("option", "environment", "here")}
    for name, folder in found.items():
        folder.mkdir()
        a_document(folder, f"{name} = 1\n")
    monkeypatch.chdir(found["here"])
    monkeypatch.delenv("GATEWAY_CONFIG", raising=False)
    return found


def read_is(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert 2 == command_line(["check", *arguments])
    return capsys.readouterr().err.partition(":")[0]


def test_the_option_comes_first(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GATEWAY_CONFIG", str(folders["environment"] / MAIN))
    assert "option" == read_is(capsys, "--config", str(folders["option"] / MAIN))


def test_the_environment_comes_next(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GATEWAY_CONFIG", str(folders["environment"] / MAIN))
    assert "environment" == read_is(capsys)


@pytest.mark.usefixtures("folders")
def test_this_folder_comes_last(capsys: pytest.CaptureFixture[str]) -> None:
    assert "here" == read_is(capsys)


def test_a_configuration_that_is_not_there_is_2_with_a_hint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nowhere.toml"
    assert 2 == command_line(["check", "--config", str(path)])
    told = f"{path}: there is no file {path} (`gateway init` writes one to start from)\n"
    assert told == capsys.readouterr().err


@pytest.mark.parametrize("value", ["30", "soon", "1 week", ""])
def test_a_duration_without_a_unit_is_wrong_usage(run: Run, value: str) -> None:
    code, _, err = run("send", "pbx", "call-ended", "--follow", value)
    assert 2 == code
    assert "must be text with a unit, such as '30s'" in err

"""`gateway init`: a configuration to start from, and nothing overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli import run_command_line as command_line
from tests import ROOT


def test_a_folder_gets_a_configuration_and_a_contract_that_are_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new/gateway"
    assert 0 == command_line(["init", str(folder)])
    told = capsys.readouterr().out
    assert f"wrote {folder / 'gateway.toml'}\nwrote {folder / 'contract.toml'}\n" in told
    assert ["contract.toml", "gateway.toml"] == sorted(file.name for file in folder.iterdir())
    assert (ROOT / "deploy/starter.toml").read_bytes() == (folder / "gateway.toml").read_bytes()
    assert 0 == command_line(["check", "--config", str(folder / "gateway.toml")])


def test_without_a_folder_it_is_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATEWAY_CONFIG", raising=False)
    assert 0 == command_line(["init"])
    assert 0 == command_line(["check"])


@pytest.mark.parametrize("name", ["gateway.toml", "contract.toml"])
def test_what_is_there_stays_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    assert 2 == command_line(["init", str(tmp_path)])
    assert f"{tmp_path / name}: is there already (take another folder, or move it away)\n" == capsys.readouterr().err
    assert [name] == [file.name for file in tmp_path.iterdir()]
    assert "mine" == (tmp_path / name).read_text(encoding="utf-8")

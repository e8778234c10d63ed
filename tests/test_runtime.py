"""The folder of sockets and counters: short, stable, for one user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.runtime import runtime_folder


@pytest.fixture(autouse=True)
def runtime_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "run"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(root))
    return root


def test_the_folder_is_made_for_this_user_only(tmp_path: Path, runtime_root: Path) -> None:
    folder = runtime_folder(tmp_path / "var")
    assert folder.is_dir()
    assert folder.parent == runtime_root
    assert f"endpoint-gateway-{os.getuid()}-" == folder.name[:-12]
    assert 0o700 == folder.stat().st_mode & 0o777


def test_one_data_folder_has_one_runtime_folder_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    assert 1 == len({runtime_folder(path) for path in (tmp_path / "var", Path("var"), tmp_path / "sub/../var")})


def test_another_data_folder_has_another_runtime_folder(tmp_path: Path) -> None:
    assert runtime_folder(tmp_path / "a") != runtime_folder(tmp_path / "b")


def test_its_path_is_short_however_long_the_data_folders_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/tmp")  # noqa: S108 - only its length counts
    folder = runtime_folder(tmp_path / ("x" * 200) / ("y" * 200))
    folder.rmdir()
    assert len(str(folder / "4194304.wake")) <= 107


def test_without_a_runtime_dir_of_the_system_it_is_among_the_temporary_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert tmp_path == runtime_folder(tmp_path / "var").parent


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    folder = runtime_folder(tmp_path / "var")
    os.chown(folder, 12345, 12345)
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        runtime_folder(tmp_path / "var")

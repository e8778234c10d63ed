"""Files in a folder: durable, never overwritten, whoever else stores there at the same time."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from gateway.errors import ConfigError
from gateway.storage.folder import Options, Storage
from gateway.toml import checked
from tests.storage.conformance import Conformance, content_of, put


def a_storage(folder: Path, **options: object) -> Storage:
    return Storage(checked(Options, {"path": "kept", **options}, "storage", folder))


class TestFolder(Conformance):
    @contextmanager
    def place(self) -> Iterator[Path]:
        with TemporaryDirectory() as folder:
            yield Path(folder)

    def a_storage(self, place: Path) -> Storage:
        return a_storage(place)


def test_a_relative_path_starts_at_the_configurations_folder(tmp_path: Path) -> None:
    put(a_storage(tmp_path), "a.wav", b"one")
    assert b"one" == (tmp_path / "kept/a.wav").read_bytes()


def test_what_is_received_is_kept_out_of_the_way(tmp_path: Path) -> None:
    assert tmp_path / "kept/.partial/crm.1" == a_storage(tmp_path).part("crm.1")
    assert tmp_path / "kept/.partial" == a_storage(tmp_path).part("../../x").parent


def test_many_at_once_under_one_name_each_have_a_file(tmp_path: Path) -> None:
    storage = a_storage(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda n: put(storage, "acme/x/a.wav", b"%d" % n, f"crm.{n}"), range(40)))
    assert 40 == len(set(stored))
    assert {b"%d" % n for n in range(40)} == {content_of(storage, path) for path in stored}


@pytest.mark.parametrize("reason", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_system_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int) -> None:
    def no_link(*_args: Any, **_more: Any) -> None:
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(os, "link", no_link)
    storage = a_storage(tmp_path)
    assert ["a.wav", "a-2.wav", "a.wav"] == [put(storage, "a.wav", content) for content in (b"one", b"two", b"one")]
    assert b"one" == content_of(storage, "a.wav")


def test_another_failure_of_the_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any, **_more: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", full)
    storage = a_storage(tmp_path)
    part = storage.part("crm.1")
    part.write_bytes(b"one")
    with pytest.raises(OSError, match="No space left"):
        storage.put(part, "a.wav", sha256(b"one").hexdigest())
    assert part.exists()


def test_a_mount_that_cannot_make_a_folder_durable_is_used_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def picky(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            raise OSError(errno.EINVAL, "can't")
        real(number)

    monkeypatch.setattr(os, "fsync", picky)
    assert "a.wav" == put(a_storage(tmp_path), "a.wav", b"one")


def test_a_link_that_leads_elsewhere_is_not_swept_along(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").write_text("mine")
    storage = a_storage(tmp_path)
    put(storage, "a.wav", b"one")
    (tmp_path / "kept/away").symlink_to(elsewhere)
    storage.sweep(2**40, 2**40, lambda: True)
    assert "mine" == (elsewhere / "mine.txt").read_text()


def test_what_is_to_be_kept_free_is_no_room(tmp_path: Path) -> None:
    storage = a_storage(tmp_path, keep_free="9999999GiB")
    storage.part("crm.1")
    assert storage.room() < 0


@pytest.mark.parametrize("path", ["", "a\0b", "file"])
def test_a_path_that_is_no_folder_is_a_mistake(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError) as error:
        a_storage(tmp_path, path=path)
    assert "storage.path" == error.value.path

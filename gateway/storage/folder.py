"""`kind = "folder"`: files in a folder of this machine, or one that is mounted here."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path
from typing import Annotated, BinaryIO

from pydantic import AfterValidator, ValidationInfo

from gateway.model.file_name import numbered, safe_part
from gateway.storage import checked_path
from gateway.toml import Table
from gateway.values import Size, Unusable, folder_of

_PARTS = ".partial"
"""Below the folder, so that what is received is moved within one file system; no stored name begins with a dot."""
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
"""What file systems say that have no hard links, such as FAT's."""


def folder_path(text: str, info: ValidationInfo) -> str:
    """`text`, from the configuration's folder. Raises Unusable."""
    if not text or "\0" in text:
        raise Unusable("must be the path of a folder", "such as 'recordings'; it is made where there is none")
    path = folder_of(info) / text
    if path.exists() and not path.is_dir():
        raise Unusable(f"{path} is no folder", "name a folder; it is made where there is none")
    return str(path)


class Options(Table):
    """The keys of its kind."""

    path: Annotated[str, AfterValidator(folder_path)]
    """The folder; it is made where there is none."""
    keep_free: Size = 100 * 2**20
    """Of its disk: below it nothing is stored, and what comes waits."""


class Storage:
    """A folder of files. Nothing else belongs in it: what is old enough is deleted."""

    def __init__(self, options: Options) -> None:
        self._folder = Path(options.path)
        self._keep_free = options.keep_free

    def part(self, key: str) -> Path:
        """A file beside the others, of the same file system."""
        folder = self._folder / _PARTS
        _make(folder)
        return folder / safe_part(key)

    def room(self) -> int:
        """By what its file system says is free."""
        return shutil.disk_usage(self._folder).free - self._keep_free

    def put(self, part: Path, path: str, digest: str) -> str:
        """By a hard link, which fails where there is something: no other process can come between."""
        with part.open("rb") as file:
            os.fsync(file.fileno())
        for named in numbered(path):
            final = self._inside(named)
            _make(final.parent)
            try:
                _claim(part, final)
            except FileExistsError:
                if not _is_same(part, final, digest):
                    continue
            _sync(final.parent)
            part.unlink(missing_ok=True)
            return named
        raise AssertionError("there is always a next number")

    def open(self, path: str) -> BinaryIO:
        """For reading."""
        return self._inside(path).open("rb")

    def remove(self, path: str) -> bool:
        """Delete it; whether it was there."""
        final = self._inside(path)
        try:
            final.unlink()
        except FileNotFoundError:
            return False
        _sync(final.parent)
        return True

    def sweep(self, stored_before: float | None, received_before: float, goes_on: Callable[[], bool]) -> int:
        """By the time that each was last changed; folders that are empty then go too."""
        deleted = 0
        for folder, names in self._walked():
            is_parts = folder == self._folder / _PARTS
            before = received_before if is_parts else stored_before
            for name in names if before is not None else ():
                if not goes_on():
                    return deleted
                deleted += _delete_old(folder / name, before)
            if deleted and folder not in (self._folder, self._folder / _PARTS):
                with suppress(OSError):  # there is something in it
                    folder.rmdir()
        return deleted

    def _walked(self) -> Iterator[tuple[Path, list[str]]]:
        """Each folder after those in it."""
        for folder, _, names in os.walk(self._folder, topdown=False):
            yield Path(folder), names

    def _inside(self, path: str) -> Path:
        """Below the folder, whoever wrote `path`. Raises FileNotFoundError."""
        return self._folder / checked_path(path)


def _make(folder: Path) -> None:
    """Make it durably, with those above it."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    """What was named in it stays named after a power cut."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some mounts can't: they promise nothing
            raise
    finally:
        os.close(number)


def _claim(part: Path, final: Path) -> None:
    """Give what was received its name. Raises FileExistsError."""
    try:
        os.link(part, final)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(final, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))  # ours now; then its content
        part.replace(final)


def _is_same(part: Path, final: Path, digest: str) -> bool:
    """Whether there stands what was received already: a delivery that came this far is made again."""
    if part.stat().st_size != final.stat().st_size:
        return False
    with final.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() == digest


def _delete_old(path: Path, before: float | None) -> int:
    """1 where it is gone; another worker may have been faster."""
    assert before is not None
    try:
        if path.lstat().st_mtime >= before:
            return 0
        path.unlink()
    except FileNotFoundError:
        return 0
    return 1

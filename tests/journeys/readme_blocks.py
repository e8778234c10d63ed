"""The README's blocks, and a folder in which somebody copies them from top to bottom."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from gateway.cli.init import init
from gateway.runtime import runtime_folder
from tests import ROOT
from tests.running import descendants, free_port, wait_for

README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURE, OUTPUT = "", "text"
_PORTS = ("8080", "8081", "9000")
_GOES_ON = ("make run", "python3 -u - ")
"""What is left running in a terminal of its own."""
_PROCESSES = 3
"""Two that answer callers and one that delivers: each tells when a changed configuration is in force there."""


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    shown: str = ""
    """What the README says will be seen, `…` for what differs each time."""

    @property
    def goes_on(self) -> bool:
        return self.text.startswith(_GOES_ON)


def fenced() -> list[tuple[str, str]]:
    """Whatever stands between fences: its language and its text."""
    found = re.findall(r"^( *)```(\w*)\n(.*?)^ *```$", README, re.DOTALL | re.MULTILINE)
    return [(language, text.replace(f"\n{margin}", "\n").removeprefix(margin)) for margin, language, text in found]


def blocks() -> Iterator[Block]:
    """All of them but pictures, each with the output that stands below it."""
    found = fenced()
    for (language, text), (after, shown) in itertools.pairwise([*found, ("", "")]):
        if language not in (PICTURE, OUTPUT):
            yield Block(language, text, shown if after == OUTPUT else "")


@dataclass
class Reader:
    """Somebody who copies one block after the other, in a folder that looks as a checkout does after `make install`."""

    folder: Path
    ports: dict[str, str] = field(default_factory=lambda: {one: str(free_port()) for one in _PORTS})
    """By those that the README has: others are in use where tests run beside each other."""
    terminals: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        environment = self.folder / ".venv"
        environment.mkdir()
        for file in Path(sys.prefix).iterdir():
            if file.name != ".installed":
                (environment / file.name).symlink_to(file)
        for name in ("Makefile", "requirements.lock", "pyproject.toml"):
            (self.folder / name).symlink_to(ROOT / name)
        (environment / ".installed").touch()
        # As `make run` does where there is no gateway.toml; that one would have the usual ports.
        assert init.callback is not None
        init.callback(self.folder)
        file = self.folder / "gateway.toml"
        file.write_text(self._here(file.read_text(encoding="utf-8")), encoding="utf-8")

    def copies(self, block: Block) -> None:
        """Copy a block of shell, and see what the README shows."""
        log = self.folder / f"terminal{len(self.terminals) if block.goes_on else ''}.log"
        seen_before = len(self._screens())
        if block.goes_on:
            self.terminals.append(self._start(block, log))
        else:
            self._run(block, log)
        expected = [self._here(line) for line in block.shown.splitlines()]
        wait_for(lambda: self._sees(expected, seen_before, block), 30, f"{block.shown}\nafter {block.text}: that")

    def _start(self, block: Block, log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as stream:
            return subprocess.Popen(
                ["sh", "-euc", self._here(block.text)], cwd=self.folder, stdout=stream, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    def _run(self, block: Block, log: Path) -> None:
        revisions = self._revisions()
        with log.open("ab") as stream:
            done = subprocess.run(
                ["sh", "-euc", self._here(block.text)], cwd=self.folder, stdout=stream, stderr=subprocess.STDOUT,
                check=False, timeout=120,
            )  # fmt: skip
        assert 0 == done.returncode, f"{block.text}{log.read_text(encoding='utf-8')}"
        if "kill -HUP" in block.text:
            # A machine that is busy with other tests may take longer than a reader's.
            wait_for(lambda: self._revisions() == revisions + _PROCESSES, 30, "the changed configuration")

    def _sees(self, expected: list[str], seen_before: int, block: Block) -> bool:
        """Whether each line is on a screen; who doesn't see it yet looks again."""
        screens = self._screens()
        if all(re.search(_pattern(line), screens) for line in expected):
            return True
        looks = [line for line in block.text.splitlines() if re.match(r"\.venv/bin/gateway \w+ list", line)]
        if looks and len(screens) > seen_before:
            time.sleep(0.5)
            self._run(Block("sh", "\n".join(looks)), self.folder / "terminal.log")
        return False

    def _screens(self) -> str:
        logs = sorted(self.folder.glob("terminal*.log"))
        return re.sub(r"[ \t]+", " ", "".join(log.read_text(encoding="utf-8") for log in logs))

    def _revisions(self) -> int:
        return self._screens().count('"configuration.in_force"')

    def _here(self, text: str) -> str:
        for usual, free in self.ports.items():
            text = text.replace(f"127.0.0.1:{usual}", f"127.0.0.1:{free}").replace(f'.1", {usual}', f'.1", {free}')
        return text

    def end(self) -> None:
        for process in self.terminals:
            running = [process.pid, *descendants(process.pid)]
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)
            wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in running), 20, "the end")  # noqa: B023
        shutil.rmtree(runtime_folder(self.folder / "var"), ignore_errors=True)


def _pattern(line: str) -> str:
    parts = re.sub(r"\s+", " ", line).split("…")
    return r"[^\n]*".join(map(re.escape, parts))


@contextmanager
def reading(folder: Path) -> Iterator[Reader]:
    reader = Reader(folder)
    try:
        yield reader
    finally:
        reader.end()

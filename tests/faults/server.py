"""A PostgreSQL server of a test's own, on loopback: to be stopped, killed, followed by a replica and replaced by it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.running import descendants, free_port, wait_for

FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT
"""How a server is told to stop: every session ends in order, or at once and with a recovery at the next start."""

_SETTINGS = {"shared_buffers": "16MB", "max_connections": "40", "autovacuum": "off"}
"""Small, and as durable as any: fsync is on."""
_INITIALLY = ("--no-sync", "--auth=trust", "--username=postgres", "--locale=C", "--encoding=UTF8")
_OTHERS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
_NOT_ROOT = ("postgres", "nobody")
"""Whom a server runs as where we are root: it refuses to be root itself."""


@dataclass
class Server:
    """One server, which may be started again and again."""

    data: Path
    port: int = field(default_factory=free_port)
    environment: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def log(self) -> Path:
        return self.data.parent / "log"

    def start(self) -> None:
        """Start it; it lets sessions in."""
        self._launch()
        wait_for(self._has_started, 30, f"the start of PostgreSQL ({self.log})")

    def lets_in(self) -> bool:
        """Whether sessions can be had."""
        try:
            return self.ask("SELECT 1") == [1]
        except psycopg.OperationalError:
            return False

    @contextmanager
    def kept(self) -> Iterator[list[int]]:
        """Start it again whenever it has ended by itself, as systemd does, while the block lasts; its exit codes."""
        ends: list[int] = []
        stop = threading.Event()

        def look_after() -> None:
            while not stop.wait(0.5):
                if self._process is not None and self._process.poll() is not None:
                    ends.append(self._process.returncode)
                    self._launch()

        keeper = threading.Thread(target=look_after)
        keeper.start()
        try:
            yield ends
        finally:
            stop.set()
            keeper.join()

    def stop(self, how: signal.Signals = FAST) -> None:
        """Stop it in one of its own ways, if it runs."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(20)
        self._process = None

    def kill(self) -> None:
        """End every process of it at once: none does anything more, nor tells its clients."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)  # so that it starts none while the others are looked for
        for pid in [*descendants(self._process.pid), self._process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(20)
        self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """No process of it does anything while the block lasts, and its connections stay open."""
        assert self._process is not None
        everybody = [self._process.pid, *descendants(self._process.pid)]
        for pid in everybody:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(everybody):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def ask(self, query: str) -> list[Any]:
        """The first column of what a session gets."""
        with psycopg.connect(self.url, autocommit=True, connect_timeout=3) as session:
            found = session.execute(query.encode())
            return [row[0] for row in found] if found.description else []

    def configure(self, name: str, value: str) -> None:
        """Change a setting of the running server."""
        self.ask(f"ALTER SYSTEM SET {name} = '{value}'")
        self.ask("SELECT pg_reload_conf()")
        wait_for(lambda: self.ask(f"SHOW {name}") == [value], 10, f"{name} = {value}")

    def sessions(self) -> int:
        """How many there are, but for the one that asks."""
        return len(self.ask(_OTHERS))

    def cut(self) -> None:
        """End them."""
        self.ask(f"SELECT pg_terminate_backend(unnest(ARRAY{self.ask(_OTHERS)}::int[]))")

    def promote(self) -> None:
        """Make a replica the primary."""
        assert self.ask("SELECT pg_promote()") == [True]

    def _has_started(self) -> bool:
        assert self._process is not None and self._process.poll() is None, self.log.read_text(encoding="utf-8")
        return self.lets_in()

    def _launch(self) -> None:
        listen = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.data.parent)]
        chosen = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [_program("postgres"), "-D", str(self.data), *listen, *chosen],
                env=os.environ | self.environment, stdout=log, stderr=log, start_new_session=True, **_somebody(),
            )  # fmt: skip


@contextmanager
def a_server(segments: int = 16) -> Iterator[Server]:
    """One that runs, with nothing in it, its log laid out in so many megabytes at once. It is gone at the end."""
    with _folder() as folder:
        made = Server(folder / "data")
        _run("initdb", "-D", str(made.data), f"--wal-segsize={segments}", *_INITIALLY)
        with started(made):
            yield made


@contextmanager
def a_replica(of: Server) -> Iterator[Server]:
    """One that follows another, which has each commit on both disks before it is answered."""
    with _folder() as folder:
        made = Server(folder / "data")
        _run("pg_basebackup", "-D", str(made.data), "-d", of.url, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        with started(made):
            of.configure("synchronous_standby_names", "*")
            wait_for(lambda: of.ask("SELECT sync_state FROM pg_stat_replication") == ["sync"], 20, "the replica")
            yield made


@contextmanager
def started(server: Server) -> Iterator[Server]:
    """`server`, which runs while the block does."""
    try:
        server.start()
        yield server
    finally:
        server.stop(IMMEDIATE)


@contextmanager
def _folder() -> Iterator[Path]:
    """Not pytest's own, which only we may enter, and whose path is too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        if who := _somebody().get("user"):
            shutil.chown(name, who)
        yield Path(name)


def _run(program: str, *arguments: str) -> None:
    done = subprocess.run([_program(program), *arguments], capture_output=True, text=True, check=False, **_somebody())
    assert done.returncode == 0, done.stderr


@cache
def _program(name: str) -> str:
    """The path of one of PostgreSQL's own programs; skips where it isn't installed."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    found = newest[-1] if newest else shutil.which(name)
    if found is None:
        pytest.skip(f"no server to break: PostgreSQL's {name} is neither in /usr/lib/postgresql/*/bin nor on PATH")
    return str(found)


@cache
def _somebody() -> dict[str, Any]:
    """Whom its processes run as, as arguments of subprocess: not root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    who = next(known[name] for name in _NOT_ROOT if name in known)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": [], "cwd": "/"}

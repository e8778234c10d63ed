"""`gateway run`: the web and the workers as one process tree, restarted when they die, drained when told to stop."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gateway.errors import ConfigError
from gateway.parent import PARENT
from gateway.settings import Settings, url_of
from gateway.telemetry.gauges import forget_gone
from gateway.telemetry.logs import log

_DELAYS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
_MINUTE = 60.0
_DEATHS = 5
"""So many deaths in a minute are not an accident."""
_TICK = 0.1
_KILL_AFTER = 5.0


@dataclass
class Child:
    """One process of the tree."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    started_at: float = 0.0
    start_at: float = 0.0

    def start(self) -> None:
        """Start it, in a process group of its own: a terminal's Ctrl-C reaches us alone, and we drain in order."""
        self.process = subprocess.Popen(self.command, env=self.environment, start_new_session=True)  # noqa: S603
        self.started_at = time.monotonic()

    def has_died(self) -> bool:
        """Whether it was running and is no more."""
        return self.process is not None and self.process.poll() is not None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


@dataclass
class Supervisor:
    """The tree of one `gateway run`."""

    children: list[Child]
    is_ready: Callable[[], bool]
    on_ready: Callable[[], None]
    reload: Callable[[], None]
    drain: float
    _stop: bool = False
    _reload: bool = False
    _deaths: list[float] = field(default_factory=list)

    def run(self) -> int:
        """Run until told to stop, or until the children die too often; the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)
        for child in self.children:
            child.start()
        told_ready = False
        while not self._stop and len(self._deaths) < _DEATHS:
            if not told_ready and self.is_ready():
                told_ready = True
                self.on_ready()
            if self._reload:
                self._reload = False
                self.reload()
            self._look_after()
            time.sleep(_TICK)
        if not self._stop:
            log.error("supervisor.gives_up", deaths=len(self._deaths), within_s=_MINUTE)
        self._end()
        return 0 if self._stop else 1

    def _look_after(self) -> None:
        """Restart what died, after a while that grows while it keeps dying."""
        now = time.monotonic()
        self._deaths = [at for at in self._deaths if now - at < _MINUTE]
        for child in self.children:
            if child.has_died():
                assert child.process is not None
                self._deaths.append(now)
                child.restarts = 0 if now - child.started_at > _MINUTE else child.restarts
                delay = _DELAYS[min(child.restarts, len(_DELAYS) - 1)]
                forget_gone(Path(child.environment.get("PROMETHEUS_MULTIPROC_DIR", "")))
                log.error("child.died", child=child.name, code=child.process.returncode, restart_in_s=delay)
                child.process, child.start_at = None, now + delay
                child.restarts += 1
            elif child.process is None and now >= child.start_at:
                child.start()

    def _end(self) -> None:
        """Tell every child to drain; what has not ended by then is killed."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + self.drain + _KILL_AFTER
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("child.killed", child=child.name)
                child.process.kill()
                child.process.wait()

    def _on_stop(self, _number: int, _frame: object) -> None:
        self._stop = True

    def _on_reload(self, _number: int, _frame: object) -> None:
        self._reload = True


def web_command(gunicorn_conf: Path) -> list[str]:
    """What starts the web processes."""
    return [sys.executable, "-m", "gunicorn", "-c", str(gunicorn_conf), "gateway.wsgi:application"]


def environment(config: Path, runtime: Path, drain: float) -> dict[str, str]:
    """What every child needs to know."""
    return os.environ | {
        "GATEWAY_CONFIG": str(config),
        "GATEWAY_DRAIN": f"{drain:g}",
        "PROMETHEUS_MULTIPROC_DIR": str(metrics_folder(runtime)),
        PARENT: str(os.getpid()),
    }


def metrics_folder(runtime: Path) -> Path:
    """Where the processes of one tree keep their counters."""
    return runtime / "metrics"


def clean(runtime: Path) -> None:
    """Empty the runtime folder of what an earlier tree left."""
    shutil.rmtree(metrics_folder(runtime), ignore_errors=True)
    metrics_folder(runtime).mkdir(parents=True)
    for left in runtime.glob("*.wake"):
        left.unlink(missing_ok=True)


def hold_pid_file(data_dir: Path) -> int:
    """Be the only tree on this data; the open, locked file. Raises ConfigError where another one is."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = os.open(data_dir / "run.pid", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ConfigError("data_dir", f"{data_dir} can't be used: {error.strerror}") from None
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pid = os.read(opened, 20).decode().strip()
        raise ConfigError("data_dir", f"a gateway already runs on {data_dir}, process {pid}", "stop it first") from None
    os.ftruncate(opened, 0)
    os.write(opened, f"{os.getpid()}\n".encode())
    return opened


def check_addresses(settings: Settings) -> None:
    """Nobody else listens where we will. Raises ConfigError: what answered there would pass for us."""
    for name, address in (("listen", settings.listen), ("admin.listen", settings.admin.listen)):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                where = url_of(address).removeprefix("http://")
                raise ConfigError(name, f"can't listen at {where}: {error.strerror}", "stop what is there") from None


def readiness(settings: Settings, runtime: Path) -> Callable[[], bool]:
    """A test of whether web and workers answer."""

    def is_ready() -> bool:
        listening = len(list(runtime.glob("*.wake")))
        return listening >= settings.worker_processes and _answers(f"{url_of(_reachable(settings.listen))}/readyz")

    return is_ready


def _reachable(address: tuple[str, int]) -> tuple[str, int]:
    """An address to call for one to listen on."""
    host, port = address
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104 - compared, not bound


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False

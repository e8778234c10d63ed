"""A real gateway in a folder of its own, and real systems beside it, on loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from gateway.runtime import runtime_folder
from gateway.settings import Document
from gateway.store.history import History
from gateway.store.place import place_of
from gateway.store.store import Store, open_store
from tests import ROOT
from tests.postgresql import a_database

STARTS_WITHIN = 60
SQLITE, POSTGRESQL = "sqlite", "postgresql"
engine = SQLITE
"""What gateways keep their data in; the fixture `database` sets it."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition: Callable[[], Any], seconds: float = 20, what: str = "it") -> Any:
    """What `condition` gives as soon as it is true."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_args: object) -> None:
        """Say nothing: callers are killed in some tests."""


class Downstream:
    """A system that events go to. It keeps what arrives; `answer` says with which status and headers it answers."""

    def __init__(self, answer: Callable[[int], tuple[int, dict[str, str]]] = lambda _count: (204, {})) -> None:
        self.arrived: list[tuple[dict[str, str], bytes]] = []
        self.called: list[str] = []
        """Method and path of each."""
        self.hangs = threading.Event()
        self.hangs.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.called.append(f"{self.command} {self.path}")
                outer.arrived.append(({name.lower(): value for name, value in self.headers.items()}, body))
                outer.hangs.wait(60)
                status, headers = answer(len(outer.arrived))
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            do_GET = do_PUT = do_POST  # noqa: N815 - as http.server calls them

            def log_message(self, *_args: object) -> None: ...

        self.server = _QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/events"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.arrived]

    def close(self) -> None:
        self.hangs.set()
        self.server.shutdown()
        self.server.server_close()


class RunningGateway:
    """`gateway run` on a configuration, as a process tree of its own."""

    def __init__(self, folder: Path, configuration: str, **environment: str) -> None:
        self.port, self.admin_port = free_port(), free_port()
        self.folder = folder
        self.path = folder / "gateway.toml"
        self._held = ExitStack()
        head = f'listen = "127.0.0.1:{self.port}"\nadmin = {{ listen = "127.0.0.1:{self.admin_port}" }}\n'
        if engine == POSTGRESQL:
            head += f'database = "{self._held.enter_context(a_database())}"\n'
        self.path.write_text(head + configuration, encoding="utf-8")
        shutil.copy(ROOT / "wsdl/calls/contract.toml", folder / "contract.toml")
        self.environment = os.environ | environment
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin_url(self) -> str:
        return f"http://127.0.0.1:{self.admin_port}"

    def start(self, *, wait: bool = True) -> None:
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "run", "--drain", "5s", "--config", str(self.path)],
                env=self.environment, stdout=stream, stderr=stream, cwd=ROOT, start_new_session=True,
            )  # fmt: skip
        if wait:
            told = self.log.stat().st_size
            wait_for(lambda: self._is_ready(told), STARTS_WITHIN, f"the start ({self.log})")

    def stop(self, seconds: float = 20) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def children(self) -> dict[str, list[int]]:
        """The process ids of the tree, by what they are: web (gunicorn's master and processes), worker."""
        assert self.process is not None
        found: dict[str, list[int]] = {"web": [], "worker": []}
        for pid in descendants(self.process.pid):
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
            found["web" if b"gunicorn" in command else "worker"].append(pid)
        return found

    def post(self, path: str, **options: Any) -> requests.Response:
        return requests.post(f"{self.url}/in/{path}", timeout=30, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(f"{self.url}/in/{path}", timeout=30, **options)

    def cli(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gateway", *arguments, "--config", str(self.path)]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60, **options
        )

    @contextmanager
    def store(self) -> Iterator[Store]:
        document = Document.at(self.path)
        opened = open_store(place_of(document.settings(), document.folder))
        yield opened
        opened.database.close()

    @contextmanager
    def history(self) -> Iterator[History]:
        with self.store() as store:
            yield store.history

    def event(self, event_id: str) -> dict[str, Any]:
        with self.history() as history:
            found = history.event(event_id)
        assert found is not None, f"no event {event_id}"
        return found

    def clean(self) -> None:
        shutil.rmtree(runtime_folder(self.folder / "var"), ignore_errors=True)
        self._held.close()

    def _is_ready(self, told: int) -> bool:
        assert self.process is not None
        text = self.log.read_bytes()
        assert self.process.poll() is None, f"the gateway ended: {text.decode()}"
        return b"ready http" in text[max(0, told - 1) :]


@contextmanager
def running(folder: Path, configuration: str, **environment: str) -> Iterator[RunningGateway]:
    """A gateway that runs while the block does."""
    gateway = RunningGateway(folder, configuration, **environment)
    try:
        gateway.start()
        yield gateway
    finally:
        if gateway.process is not None:
            gateway.stop()
        gateway.clean()


def descendants(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    direct = [int(child) for child in text.split()]
    return direct + [grandchild for child in direct for grandchild in descendants(child)]

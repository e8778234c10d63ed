"""What everything is measured against: a bare gunicorn that says hello, with as many gevent processes as ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.running import free_port, wait_for

WEB_PROCESSES = 2
_HELLO = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]
"""


@contextmanager
def bare_gunicorn(folder: Path) -> Iterator[int]:
    """Runs it, and gives its port."""
    (folder / "hello.py").write_text(_HELLO, encoding="utf-8")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", str(WEB_PROCESSES), "-b", f"127.0.0.1:{port}",
         "--keep-alive", "75", "--log-level", "warning", "hello:application"],
        cwd=folder, env=os.environ,
    )  # fmt: skip
    try:
        wait_for(lambda: _answers(port), 20, "the bare gunicorn")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=1).ok
    except requests.RequestException:
        return False


def hello_request(port: int) -> bytes:
    """A whole HTTP request for it."""
    return f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()

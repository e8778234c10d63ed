"""What everything is measured against: programs that store nothing, behind a gunicorn with as many gevent processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import ROOT
from tests.running import accepts, free_port, wait_for

WEB_PROCESSES = 2

HELLO = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]
"""
"""The least that there is."""

FLASK = """
from flask import Flask

application = Flask("hello")

@application.get("/")
def hello():
    return "hello"
"""
"""The same, by Flask."""

SPYNE = f"""
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from flask import Flask
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from gateway.contracts.load import load
from gateway.soap.declaring import application_of

file = Path({str(ROOT / "wsdl/calls/contract.toml")!r})
service = application_of(load(file.read_text(encoding="utf-8"), str(file)), Soap11(validator="lxml"), Soap11())
receipt = service.interface.classes["Receipt"]
Receipt = receipt.__orig__ or receipt  # Spyne warns where a customised class is called

def received(_ctx, _event):
    number = str(uuid4())
    return Receipt(requestId=number, eventId=number, status="accepted", receivedAt=datetime.now(UTC))

for (operation,) in service.interface.service_method_map.values():
    operation.function = received

application = Flask("spyne")
application.wsgi_app = DispatcherMiddleware(application.wsgi_app, {{"/in/pbx": WsgiApplication(service)}})
"""
"""Spyne as its documentation mounts it beside Flask: validated, decoded and answered by Spyne, and thrown away."""


@contextmanager
def served(folder: Path, program: str) -> Iterator[int]:
    """Runs a program, and gives its port."""
    name = f"baseline_{abs(hash(program))}"
    (folder / f"{name}.py").write_text(program, encoding="utf-8")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", str(WEB_PROCESSES), "-b", f"127.0.0.1:{port}",
         "--keep-alive", "75", "--log-level", "warning", f"{name}:application"],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        wait_for(lambda: accepts(port), 20, "the baseline")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def hello_request(port: int) -> bytes:
    """A whole HTTP request for HELLO, and for FLASK."""
    return f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()

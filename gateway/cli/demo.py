"""`gateway demo`: the same call by five doors, its event each time, and its delivery; all on this machine."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click

from gateway import cli, supervisor
from gateway.assembly import Workshop
from gateway.cli.doors import Sender
from gateway.cli.starting import runtime_of
from gateway.model.sample import sample
from gateway.settings import MAIN, Document, url_of
from gateway.shipped import shipped
from gateway.source import Source

_PORTS = (8080, 8081, 8082)
_STARTS_WITHIN = 60
_ARRIVES_WITHIN = 30
_NAMES = {"soap11": "SOAP 1.1", "soap12": "SOAP 1.2", "json": "JSON", "form": "form POST", "query": "GET with a query"}
_ORDER = ("soap11", "soap12", "json", "form", "query")


class Downstream:
    """A small system that takes what is delivered, and keeps it."""

    def __init__(self, port: int) -> None:
        self.arrived: list[dict[str, Any]] = []
        arrived = self.arrived

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                arrived.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@click.command()
@click.option("--once", is_flag=True, help="End after the demonstration; exit 0 only if everything arrived.")
def demo(once: bool) -> int:
    """Start a gateway and a downstream system, send one call by five doors, and show what becomes of it."""
    ports = [_free_port(port) for port in _PORTS]
    with tempfile.TemporaryDirectory(prefix="gateway-demo-") as folder, _configured(Path(folder), ports) as document:
        downstream = Downstream(ports[2])
        with _running(document):
            arrived = _demonstrate(document, downstream)
            _show_addresses(document, folder)
            if not once and arrived:
                _wait()
        return cli.OK if arrived else cli.BUG


def _demonstrate(document: Document, downstream: Downstream) -> bool:
    source = Workshop().build(document, 0).sources["pbx"]
    event = source.contract.events["call.ended"]
    receipts = _send_all(document, source)
    click.secho("\n3. The deliveries, as the downstream system got them", bold=True)
    by_id = _arrivals(downstream, [receipt["eventId"] for receipt in receipts.values()])
    for protocol, receipt in receipts.items():
        found = by_id.get(receipt["eventId"])
        what = f"{found['type']}, subject {found['subject']}, by {found['binding']}" if found else "did not arrive"
        click.echo(f"   {'✓' if found else '✗'} {_NAMES[protocol]:<17} {receipt['eventId']}  {what}")
    bodies = {json.dumps(one["data"], sort_keys=False) for one in by_id.values()}
    if len(by_id) < len(_ORDER) or len(bodies) != 1:
        click.secho(f"\n✗ {len(by_id)} of {len(_ORDER)} arrived, with {len(bodies)} different data", fg="red")
        return False
    click.secho(f"\n✓ five calls, five receipts, five events with identical data ({event.name}):", fg="green")
    for name, value in json.loads(bodies.pop()).items():
        click.echo(f"     {name:<20} {value}")
    return True


def _send_all(document: Document, source: Source) -> dict[str, dict[str, Any]]:
    sender = Sender(f"{url_of(document.settings().listen)}/in/pbx", source.contract)
    event = source.contract.events["call.ended"]
    data = sample(event)
    click.secho("\n2. The same call, by five doors", bold=True)
    receipts = {}
    for protocol in _ORDER:
        receipts[protocol] = sender.send(event, data, protocol)
        click.echo(f"   ✓ {_NAMES[protocol]:<17} {receipts[protocol]['status']}: event {receipts[protocol]['eventId']}")
    return receipts


def _arrivals(downstream: Downstream, event_ids: list[str]) -> dict[str, dict[str, Any]]:
    """What arrived, by event id, once all did or the time is up."""
    deadline = time.monotonic() + _ARRIVES_WITHIN
    while True:
        by_id = {one["id"]: one for one in downstream.arrived if one["id"] in event_ids}
        if len(by_id) == len(event_ids) or time.monotonic() > deadline:
            return by_id
        time.sleep(0.05)


def _show_addresses(document: Document, folder: str) -> None:
    settings = document.settings()
    public, admin = url_of(settings.listen), url_of(settings.admin.listen)
    click.secho("\nTo explore", bold=True)
    for what, address in (
        ("the endpoint", f"{public}/in/pbx/call-ended"),
        ("its WSDL", f"{public}/in/pbx?wsdl"),
        ("health", f"{admin}/readyz"),
        ("metrics", f"{admin}/metrics"),
        ("the events", f"{Path(sys.executable).parent}/gateway events list --config {folder}/{MAIN}"),
        ("the log", f"{folder}/gateway.log"),
    ):
        click.echo(f"   {what:<13} {address}")


@contextmanager
def _configured(folder: Path, ports: list[int]) -> Iterator[Document]:
    """The shipped configuration in a folder of its own, with ports that are free."""
    text = shipped("deploy/demo.toml").read_text(encoding="utf-8")
    for usual, free in zip(_PORTS, ports, strict=True):
        text = text.replace(f"127.0.0.1:{usual}", f"127.0.0.1:{free}")
    (folder / MAIN).write_text(text, encoding="utf-8")
    (folder / "contract.toml").write_text(
        shipped("wsdl/calls/contract.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    document = Document.at(folder / MAIN)
    runtime = runtime_of(document)
    try:
        yield document
    finally:
        shutil.rmtree(runtime, ignore_errors=True)


@contextmanager
def _running(document: Document) -> Iterator[None]:
    """`gateway run`, until the block is left; its log goes to a file beside the configuration."""
    click.secho("1. The gateway", bold=True)
    log = document.folder / "gateway.log"
    with log.open("wb") as stream:
        command = [sys.executable, "-m", "gateway", "run", "--drain", "5s", "--config", str(document.path)]
        process = subprocess.Popen(command, stderr=stream, stdout=stream, start_new_session=True)  # noqa: S603
    is_ready = supervisor.readiness(document.settings(), runtime_of(document))
    deadline = time.monotonic() + _STARTS_WITHIN
    try:
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                click.echo(log.read_text(encoding="utf-8", errors="replace"), err=True)
                raise click.ClickException("the gateway did not start; its log is above")
            time.sleep(0.1)
        click.echo(f"   ✓ web and worker are ready at {url_of(document.settings().listen)}, SQLite embedded")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait() -> None:
    click.echo("\nIt goes on running; Ctrl-C ends it.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        click.echo("\nending")


def _free_port(usual: int) -> int:
    """`usual` if nobody listens there, else one that is free."""
    for port in (usual, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise click.ClickException("no port is free")

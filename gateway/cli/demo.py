"""`gateway demo`: a gateway and a system behind it, and what becomes of what is sent; all on this machine."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from gateway import cli, supervisor
from gateway.assembly import Workshop
from gateway.cli.archive import Archive
from gateway.cli.downstream import Downstream
from gateway.cli.shown_call import show_call, transferred_call
from gateway.cli.shown_doors import show_doors
from gateway.cli.shown_recordings import show_recordings
from gateway.cli.starting import runtime_of
from gateway.settings import MAIN, Document, url_of
from gateway.shipped import shipped
from gateway.simulator.recordings import recordings_of

_PORTS = (8080, 8081, 8082, 8083)
_PASSWORD = "an archive's"  # noqa: S105 - of the demonstration's own, on this machine
_LATE = 0.5
"""Seconds that a recording is not there yet, as RingCX's are for a minute or two."""
_STARTS_WITHIN = 60


@click.command()
@click.option("--once", is_flag=True, help="End after the demonstration; exit 0 only if everything arrived.")
def demo(once: bool) -> int:
    """Start a gateway and a downstream system, and show what becomes of what is sent.

    One event by five doors, then a phone call that is transferred, as a contact centre tells of it, and its recordings.
    """
    ports = [_free_port(port) for port in _PORTS]
    with tempfile.TemporaryDirectory(prefix="gateway-demo-") as folder, _configured(Path(folder), ports) as document:
        downstream = Downstream(ports[2])
        call = transferred_call(f"http://127.0.0.1:{ports[3]}")
        place = "127.0.0.1", ports[3]
        archive = Archive(place, recordings_of([call]), late=_LATE, user=f"recordings:{_PASSWORD}")
        with _running(document):
            address = f"{url_of(document.settings().listen)}/in"
            pbx = Workshop().build(document, 0).sources["pbx"]
            arrived = (
                show_doors(pbx, address, downstream.arrivals)
                and show_call(call, f"{address}/contact-centre", downstream.arrivals)
                and show_recordings(call, downstream.once, archive, Path(folder) / "recordings")
            )
            _show_addresses(document, folder)
            if not once and arrived:
                _wait()
        return cli.OK if arrived else cli.BUG


def _show_addresses(document: Document, folder: str) -> None:
    settings = document.settings()
    public, admin = url_of(settings.listen), url_of(settings.admin.listen)
    command = f"{Path(sys.executable).parent}/gateway"
    click.secho("\nTo explore", bold=True)
    for what, address in (
        ("the endpoint", f"{public}/in/pbx/call-ended"),
        ("its WSDL", f"{public}/in/pbx?wsdl"),
        ("health", f"{admin}/readyz"),
        ("metrics", f"{admin}/metrics"),
        ("the events", f"{command} events list --config {folder}/{MAIN}"),
        ("recordings", f"{command} recordings list --config {folder}/{MAIN}"),
        ("RingCX's form", f"{command} sources guide contact-centre --config {folder}/{MAIN}"),
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
    (folder / "recordings.password").write_text(_PASSWORD, encoding="utf-8")
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

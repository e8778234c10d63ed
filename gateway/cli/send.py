"""`gateway send SOURCE EVENT`: a call through the real endpoint, each step shown."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
import requests

from gateway import cli
from gateway.assembly import Workshop
from gateway.cli.configured import config_option, proof_for, seconds
from gateway.cli.doors import PROTOCOLS, Refused, Sender
from gateway.cli.following import follow
from gateway.model.contract import EventType
from gateway.model.sample import sample
from gateway.settings import Document, url_of
from gateway.store.place import place_of
from gateway.store.store import open_store


@click.command()
@config_option
@click.argument("source")
@click.argument("event")
@click.option(
    "--protocol", type=click.Choice(PROTOCOLS), default="json", show_default=True, help="How the call is written."
)
@click.option(
    "--data", "data_file", help="A file with a JSON object, or - for standard input; else the contract's examples."
)
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="One field; it can be given again.")
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="How many times.")
@click.option(
    "--follow", "patience", is_flag=False, flag_value="30s", callback=seconds, help="Wait for the deliveries, so long."
)
@click.option("--user", help="USER:PASSWORD for HTTP Basic; by default the configuration's.")
def send(document: Document, source: str, event: str, protocol: str, **options: Any) -> int:  # noqa: ANN401
    """Send EVENT (call-ended) to SOURCE of the running gateway, as a caller would."""
    gateway = Workshop().build(document, 0)
    if source not in gateway.sources:
        raise click.UsageError(f"no source {source!r}; there are: {', '.join(gateway.sources)}")
    of = gateway.sources[source]
    kind = of.contract.event_named(event)
    if kind is None:
        raise click.UsageError(
            f"no event {event!r}; there are: {', '.join(one.path for one in of.contract.events.values())}"
        )
    data = _data(kind, options["data_file"], options["settings"])
    sender = Sender(f"{url_of(document.settings().listen)}/in/{source}", of.contract, proof_for(of, options["user"]))
    worst = cli.OK
    for _ in range(options["count"]):
        worst = max(worst, _send_one(document, sender, kind, data, protocol, options["patience"]))
    return worst


def _send_one(
    document: Document, sender: Sender, kind: EventType, data: dict[str, str], protocol: str, patience: float | None
) -> int:
    click.echo(f"→ {kind.name} to {sender.url} by {protocol}")
    try:
        receipt = sender.send(kind, data, protocol)
    except Refused as refused:
        click.echo(f"✗ refused: {refused}", err=True)
        return cli.STORE_UNAVAILABLE if refused.status == 503 else cli.REFUSED  # noqa: PLR2004
    except requests.RequestException as error:
        raise click.UsageError(f"nothing answers at {sender.url}: {error}; is `gateway run` running?") from None
    event_id, request_id, notes = receipt.get("eventId"), receipt["requestId"], receipt.get("notes") or ()
    if event_id is None:
        click.echo(f"✗ {receipt['status']}: request {request_id}; see: gateway requests show {request_id}", err=True)
    else:
        click.echo(f"✓ {receipt['status']}: event {event_id}, request {request_id}")
    for note in notes:
        click.echo(f"  {note}", err=event_id is None)
    if event_id is None:
        return cli.REFUSED  # its sender was not, but there is no event
    return cli.OK if patience is None else _followed(document, event_id, patience)


def _followed(document: Document, event_id: str, patience: float) -> int:
    store = open_store(place_of(document.settings(), document.folder))
    try:
        ended = follow(store.history, event_id, patience, _tell)
    finally:
        store.database.close()
    if ended is None:
        click.echo(f"… not delivered within {patience:g} s; see: gateway events show {event_id}", err=True)
        return cli.TIMED_OUT
    if not ended:
        click.echo("· no route takes this event: nothing to deliver")
    return cli.DEAD_LETTER if any(one["state"] == "dead" for one in ended) else cli.OK


def _tell(delivery: dict[str, Any]) -> None:
    why = f": {delivery['reason']}" if delivery["reason"] else ""
    click.echo(f"  {delivery['destination']}: {delivery['state']}, attempt {delivery['attempts']}{why}")


def _data(kind: EventType, file: str | None, settings: tuple[str, ...]) -> dict[str, Any]:
    data: dict[str, Any] = sample(kind)
    if file is not None:
        data = _object_in(file)
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise click.UsageError(f"--set takes FIELD=VALUE, not {setting!r}")
        data[name] = value
    return data


def _object_in(file: str) -> dict[str, Any]:
    try:
        read = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--data {file}: {error}") from None
    if not isinstance(read, dict):
        raise click.UsageError(f"--data {file}: must hold a JSON object")
    return read

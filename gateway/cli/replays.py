"""`gateway replays list|show|cancel|resume`: how far replays came, and what becomes of them."""

from __future__ import annotations

import json

import click

from gateway.cli.configured import config_option, gateway_in_force, opened
from gateway.cli.replay import carry_on
from gateway.settings import Document
from gateway.store.replays import Progress, Replay, Replays
from gateway.store.store import Store

_number = click.argument("number", type=int)


@click.group()
def replays() -> None:
    """What was delivered again, and how far that came; `events replay` begins one."""


@replays.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
def listed(document: Document, as_json: bool) -> None:
    """Newest first."""
    with opened(document) as store:
        items = [replay.item() for replay in Replays(store.database).all()]
    for item in items:
        click.echo(json.dumps(item, ensure_ascii=False) if as_json else _line(item))
    if not items and not as_json:
        click.echo("none")


@replays.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One line.")
@_number
def show(document: Document, as_json: bool, number: int) -> None:
    """One of them, whole."""
    with opened(document) as store:
        item = _replay(store, number).item()
    click.echo(json.dumps(item, ensure_ascii=False, indent=None if as_json else 2))


@replays.command()
@config_option
@_number
def cancel(document: Document, number: int) -> None:
    """Let one that runs make no more, wherever it does; what it made is delivered."""
    with opened(document) as store:
        before = _replay(store, number)
        if not Replays(store.database).cancel(number):
            raise click.UsageError(f"replay {number} is {before.progress}")
        click.echo(f"replay {number} is cancelled: {_replay(store, number).created} deliveries made")


@replays.command()
@config_option
@_number
def resume(document: Document, number: int) -> int:
    """Go on with one whose process ended: what it made already is not made again."""
    with opened(document) as store:
        replay = _replay(store, number)
        if replay.progress is not Progress.RUNNING:
            raise click.UsageError(f"replay {number} is {replay.progress}")
        return carry_on(document, store, gateway_in_force(document, store), replay)


def _replay(store: Store, number: int) -> Replay:
    found = Replays(store.database).get(number)
    if found is None:
        raise click.UsageError(f"no replay {number}")
    return found


def _line(item: dict[str, object]) -> str:
    selection = json.dumps(item["selection"], ensure_ascii=False)
    return f"{item['id']}  {item['at']}  {item['by']}  {item['state']}  {item['created']} deliveries made  {selection}"

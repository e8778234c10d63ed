"""What commands that read the configuration share: where it is, and where the database is."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from gateway.assembly import Workshop
from gateway.authenticators import Proof
from gateway.errors import ConfigError
from gateway.pipeline import Gateway
from gateway.settings import MAIN, Document
from gateway.source import Source
from gateway.store.originals import original_call
from gateway.store.place import Place, place_of
from gateway.store.replayed import DutiesOf
from gateway.store.store import Store, open_store
from gateway.values import parsed_address, parsed_duration

_Command = TypeVar("_Command", bound=Any)


def config_option(command: _Command) -> _Command:
    """`--config PATH`, else GATEWAY_CONFIG, else ./gateway.toml; gives the command a `document`."""

    def read(_ctx: click.Context, _param: click.Parameter, path: Path) -> Document:
        return Document.at(path)

    option = click.option(
        "--config",
        "document",
        envvar="GATEWAY_CONFIG",
        default=MAIN,
        show_default="GATEWAY_CONFIG, else ./gateway.toml",
        type=click.Path(path_type=Path),
        callback=read,
        help="The configuration.",
    )
    decorated: _Command = option(command)
    return decorated


def place_there(document: Document) -> Place:
    """Where the database is, for commands that make none. Raises ConfigError."""
    place = place_of(document.settings(), document.folder)
    if place.is_missing:
        raise ConfigError("database", f"there is no {place}", "it is made when the gateway first runs")
    return place


@contextmanager
def opened(document: Document) -> Iterator[Store]:
    """The store of `document`, for commands that make none. Raises ConfigError."""
    with closing(open_store(place_there(document))) as store:
        yield store


def gateway_in_force(document: Document, store: Store) -> Gateway:
    """What the processes on `store` follow: its newest revision; the file's, where none ever ran. Raises ConfigError.

    The files may have been changed since, without a HUP: that is said.
    """
    newest = store.revisions.newest()
    if not newest:
        return Workshop().build(document, newest)
    files = store.revisions.files(newest)
    changed = [name for name, text in files.items() if _text_now(document, name) != text]
    if changed:
        told = f"note: {' and '.join(changed)} changed, and the gateway was not told (kill -HUP): what follows is by "
        click.echo(f"{told}revision {newest}, which is in force", err=True)
    return Workshop().build(Document(files, document.folder), newest)


def _text_now(document: Document, name: str) -> str | None:
    try:
        return document.text(name, name)
    except ConfigError:
        return None


def duties_by(gateway: Gateway, store: Store) -> DutiesOf:
    """The deliveries that a stored event makes by the routes of `gateway`; a condition may ask for its call."""
    return lambda event: gateway.duties_of(event, partial(original_call, store.database, event))


def proof_for(source: Source | None, user: str | None) -> Proof:
    """What a call of ours proves itself with: `user` (USER:PASSWORD) where it is given, else what `source` asks for."""
    if user is not None:
        return Proof({"Authorization": f"Basic {b64encode(user.encode()).decode()}"})
    return source.authenticator.proof() if source else Proof()


def address(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[str, int] | None:
    """HOST:PORT, as host and port."""
    try:
        return None if value is None else parsed_address(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def seconds(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    """A duration with its unit, in seconds."""
    if value is None:
        return None
    try:
        return parsed_duration(value).total_seconds()
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def moment(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """A time, in UTC where it has no zone."""
    if value is None:
        return None
    try:
        given = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("must be a time such as 2026-03-16T14:15:02Z") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)

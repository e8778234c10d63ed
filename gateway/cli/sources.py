"""`gateway sources list|show|guide`: who may call, how they are understood, and what to enter on their side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import click

from gateway.assembly import Workshop
from gateway.cli import tables
from gateway.cli.configured import config_option, opened
from gateway.model.event import rfc3339
from gateway.settings import Document, Settings
from gateway.settings.presets import presets
from gateway.settings.sources import SourceSettings
from gateway.source import Source
from gateway.store.history import COUNTED
from gateway.store.items import Item
from gateway.store.sources import last_received, quarantined, warnings
from gateway.store.store import Store

_COLUMNS = ("name", "preset", "contract", "authenticate", "onInvalid", "quarantined", "lastReceived")


@click.group()
def sources() -> None:
    """Who may call, and how they are understood."""


@sources.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
def listed(document: Document, as_json: bool) -> None:
    """Each with what waits in quarantine (10001 means more), and when it last called."""
    with opened(document) as store:
        tables.listed(_items(document, store), _COLUMNS, as_json=as_json, shown=_shown)


@sources.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One line.")
@click.argument("name")
def show(document: Document, as_json: bool, name: str) -> None:
    """One, with all that is set of it, its preset's settings too, and what was odd about its newest events."""
    settings = document.settings()
    one = _known(settings, name)
    with opened(document) as store:
        item = _item(settings, store, name, last_received(store.database))
        odd = warnings(store.database, name)
    source = Workshop().build(document, 0).sources[name]
    whole = {
        **item,
        "description": one.description,
        "events": {event.name: [event.path, *event.aliases] for event in source.contract.events.values()},
        "settings": _settings(document, name),
        "warnings": odd,
    }
    click.echo(json.dumps(whole, ensure_ascii=False, indent=None if as_json else 2))


@sources.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One line.")
@click.argument("name")
def guide(document: Document, as_json: bool, name: str) -> None:
    """What to enter on the sender's side, for each event; no secret is in it."""
    settings = document.settings()
    _known(settings, name)
    source = Workshop().build(document, 0).sources[name]
    whole = _guide(source, f"{settings.base_url}/in/{name}")
    click.echo(json.dumps(whole, ensure_ascii=False) if as_json else _in_words(whole))


def _guide(source: Source, address: str) -> dict[str, Any]:
    if source.guide is None:
        known = ", ".join(presets())
        raise click.UsageError(f"source {source.name!r} has no guide; those of a preset have one: {known}")
    return source.guide.document(source.name, address)


def _known(settings: Settings, name: str) -> SourceSettings:
    """The settings of the source of this name. Raises UsageError."""
    found = settings.sources
    if name not in found:
        raise click.UsageError(f"no source {name!r}; there are: {', '.join(found) or 'none'}")
    return found[name]


def _items(document: Document, store: Store) -> Iterator[Item]:
    last, settings = last_received(store.database), document.settings()
    for name in settings.sources:
        yield _item(settings, store, name, last)


def _item(settings: Settings, store: Store, name: str, last: Mapping[str, datetime]) -> Item:
    one = settings.sources[name]
    kinds = one.authenticate if isinstance(one.authenticate, tuple) else (one.authenticate,)
    return {
        "name": name,
        "preset": one.preset or None,
        "url": f"{settings.base_url}/in/{name}",
        "contract": one.contract,
        "authenticate": [kind.kind for kind in kinds],
        "reading": one.reading,
        "onInvalid": one.on_invalid,
        "quarantined": quarantined(store.database, name),
        "lastReceived": rfc3339(last[name]) if name in last else None,
    }


def _settings(document: Document, name: str) -> dict[str, Any]:
    """What is set of a source, as it is written: of its authenticators the kinds alone."""
    written = document.sources_as_written()[name]
    return {key: value for key, value in written.items() if key not in ("authenticate", "guide")}


def _shown(name: str, value: Any) -> Any:  # noqa: ANN401 - a cell of any kind
    """A cell of the table, in words."""
    match name, value:
        case "authenticate", list():
            return ", ".join(value)
        case "quarantined", int() if value >= COUNTED:
            return f"{COUNTED - 1} or more"
        case _:
            return value


def _in_words(whole: dict[str, Any]) -> str:
    """The guide as text."""
    lines = [whole["title"], f"Where: {whole['where']}", "", "First", *_listed(whole["first"])]
    lines += ["", "In every service", *_rows(whole["form"])]
    for service in whole["services"]:
        lines += ["", f"{service['event']}: {service['doc']}"]
        said = {"Called when": service["when"], "Description": service["description"], "URL": service["url"]}
        lines += _rows((name, value) for name, value in said.items() if value)
        lines += ["  Body as FORM:", *_rows(service["form"].items(), "    ")]
        lines += ["  or as JSON, to paste:", *(f"    {line}" for line in service["json"].splitlines())]
        lines += [f"  Bind it to: {service['bind']}"]
    return "\n".join([*lines, "", "Afterwards", *_listed(whole["last"])])


def _listed(texts: list[str]) -> list[str]:
    return [f"  - {text}" for text in texts]


def _rows(rows: Any, indent: str = "  ") -> list[str]:  # noqa: ANN401 - pairs
    pairs = list(rows)
    width = max(len(name) for name, _ in pairs)
    return [f"{indent}{name.ljust(width)}  {value}" for name, value in pairs]

"""Lists as commands print them: a JSON object a line, or a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import click

from gateway.store.items import Item

_WIDEST = 60


def listed(
    items: Iterable[Item],
    columns: tuple[str, ...],
    *,
    as_json: bool,
    shown: Callable[[str, Any], Any] = lambda _name, value: value,
) -> None:
    """Print `items`: a JSON object a line, or a table of some columns, its cells as `shown` has them."""
    if not as_json:
        table([{name: shown(name, item[name]) for name in columns} for item in items], columns)
        return
    for item in items:
        click.echo(json.dumps(item, ensure_ascii=False))


def table(items: list[Item], columns: tuple[str, ...]) -> None:
    """Print `items` under the names of their columns."""
    if not items:
        click.echo("none")
        return
    rows = [[_cell(item[column]) for column in columns] for item in items]
    widths = [max(len(row[n]) for row in [list(columns), *rows]) for n in range(len(columns))]
    for row in [list(columns), *rows]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case dict():
            return ", ".join(f"{count} {state}" for state, count in value.items() if count) or "none"
        case _:
            text = str(value).replace("\n", " ")
            return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"

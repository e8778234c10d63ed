"""Which rows a command is about: the conditions that lists and replays share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def conditions(states: Sequence[str]) -> Callable[[_Command], _Command]:
    """`--source --type --state --subject --since --until`, the type as `event_type`."""
    options = (
        click.option("--source", help="Of this source only."),
        click.option("--type", "event_type", help="Of this event type only."),
        click.option("--state", type=click.Choice(states), help="In this state only."),
        click.option("--subject", help="Of this subject only."),
        click.option("--since", callback=_moment, help="Not before this time (RFC 3339, or a date; UTC)."),
        click.option("--until", callback=_moment, help="Before this time."),
    )

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _moment(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("must be a time such as 2026-03-16T14:15:02Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""Which rows a command is about: the conditions that lists and replays share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from gateway.cli.configured import moment

_Command = TypeVar("_Command", bound=Callable[..., Any])


def conditions(states: Sequence[str]) -> Callable[[_Command], _Command]:
    """`--source --type --state --subject --since --until`, the type as `event_type`."""
    options = (
        click.option("--source", help="Of this source only."),
        click.option("--type", "event_type", help="Of this event type only."),
        click.option("--state", type=click.Choice(states), help="In this state only."),
        click.option("--subject", help="Of this subject only."),
        click.option("--since", callback=moment, help="Not before this time (RFC 3339, or a date; UTC)."),
        click.option("--until", callback=moment, help="Before this time."),
    )

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate

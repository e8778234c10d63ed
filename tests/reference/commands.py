"""commands.md: every command, as its own help has it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from gateway.cli import gateway
from tests.reference.tables import GENERATED

_HEAD = """# Every command

`gateway`, or `python -m gateway`. `--config PATH` says which configuration, else `GATEWAY_CONFIG`, else
`./gateway.toml`. Exit codes: [errors.md](errors.md#exit-codes). How they are used: [operate.md](../howto/operate.md).
"""
_WIDTH = 110


def commands_page() -> str:
    """The page."""
    parts = [f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n" for context in every_command()]
    return "\n".join([GENERATED, _HEAD, *parts])


def every_command() -> Iterator[click.Context]:
    """Each command that can be given, groups first."""
    yield from _below(click.Context(gateway, info_name="gateway", terminal_width=_WIDTH, **gateway.context_settings))


def _below(context: click.Context) -> Iterator[click.Context]:
    yield context
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None, name
            yield from _below(click.Context(command, context, info_name=name, terminal_width=_WIDTH))

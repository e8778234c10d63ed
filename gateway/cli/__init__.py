"""The command `gateway`. Each command is a module of this folder; they share exit codes and the way errors are told."""

from __future__ import annotations

import importlib
import sys
import traceback

import click

from gateway import __version__
from gateway.errors import ConfigError, Refusal, StoreUnavailable

OK, BUG, USAGE, REFUSED, DEAD_LETTER, TIMED_OUT, STORE_UNAVAILABLE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130

EXIT_CODES = {
    OK: "ok",
    BUG: "our bug, or children that died five times in a minute, or what `database check` or `recordings verify` found",
    USAGE: "configuration or usage",
    REFUSED: "refused or quarantined (`send`), not as sent (`simulate`), or one that was named could not be retried or "
    "cancelled",
    DEAD_LETTER: "dead letter (`send --follow`)",
    TIMED_OUT: "not delivered in time (`send --follow`)",
    STORE_UNAVAILABLE: "the store can't be used",
    INTERRUPTED: "interrupted",
}
_COMMANDS = {
    "init": "Write a configuration to start from.",
    "check": "Check the configuration; open nothing.",
    "run": "Run web and workers as one process tree.",
    "serve": "Run the web only, for containers and systemd.",
    "work": "Run one worker only, for containers and systemd.",
    "send": "Send a call through the real endpoint, and follow it.",
    "simulate": "Play whole phone calls as a contact centre would, and compare what arrived.",
    "events": "List, show and replay events.",
    "deliveries": "List and show deliveries.",
    "requests": "List, show and retry requests, refused ones too.",
    "calls": "List calls, and show the time line of one.",
    "joins": "List and show what joins gather, and what they made of it.",
    "replays": "List, show, cancel and resume replays.",
    "routes": "List routes, and explain which way an event goes.",
    "sources": "List and show sources, and guide whoever sets up a sender.",
    "destinations": "List and show destinations, pause, resume and test them.",
    "recordings": "List and show recordings, and verify that they are as they were.",
    "database": "Check, migrate, back up and restore the database.",
    "contracts": "Publish the documents of a contract.",
    "demo": "Show an event by five doors, and a transferred call with its recordings, from wire to sink.",
}
_MODULES = {"events": "rows", "deliveries": "rows", "requests": "rows"}


class _Lazy(click.Group):
    """Imports a command when it is used: `gateway send` needs zeep, `gateway check` doesn't."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order a newcomer meets them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command's own module has it, under its name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"gateway.cli.{_MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gateway")
def gateway() -> None:
    """The Endpoint Gateway: one address for SOAP and HTTP calls; each becomes a durable event, and is delivered."""


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run_command_line(sys.argv[1:]))


def run_command_line(arguments: list[str]) -> int:
    """Run the command line `arguments`; the exit code."""
    try:
        code = gateway.main(arguments, prog_name="gateway", standalone_mode=False)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        return USAGE
    except StoreUnavailable as error:
        click.echo(f"{error}; is the disk full, or the file locked?", err=True)
        return STORE_UNAVAILABLE
    except Refusal as error:
        click.echo(str(error), err=True)
        return REFUSED
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception:
        traceback.print_exc()
        return BUG
    return code if isinstance(code, int) else OK

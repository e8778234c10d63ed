"""`gateway init [DIR]`: a commented gateway.toml and a contract to start from."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.errors import ConfigError
from gateway.settings import MAIN
from gateway.shipped import shipped

_FILES = {MAIN: "deploy/starter.toml", "contract.toml": "wsdl/calls/contract.toml"}


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Write gateway.toml and contract.toml into FOLDER. Nothing is overwritten."""
    there = [name for name in _FILES if (folder / name).exists()]
    if there:
        raise ConfigError(str(folder / there[0]), "is there already", "take another folder, or move it away")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, source in _FILES.items():
            (folder / name).write_text(shipped(source).read_text(encoding="utf-8"), encoding="utf-8")
            click.echo(f"wrote {folder / name}")
    except OSError as error:
        raise ConfigError(str(folder), f"can't be written: {error.strerror}") from None
    click.echo("next: gateway run, then gateway send pbx call-ended --follow")

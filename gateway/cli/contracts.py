"""`gateway contracts publish`: the documents of a contract, beside it."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.contracts.publish import documents_of
from gateway.errors import ConfigError
from gateway.toml import read_file


@click.group()
def contracts() -> None:
    """A contract's documents."""


@contracts.command()
@click.argument("contract", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--check", is_flag=True, help="Write nothing; exit 2 where a document is not what it should be.")
@click.option(
    "--address",
    default="http://localhost:8080/in/SOURCE",
    show_default=True,
    help="The endpoint, for WSDL and OpenAPI.",
)
def publish(contract: Path, check: bool, address: str) -> None:
    """Write WSDL, XML Schema, JSON Schema, OpenAPI and AsyncAPI of CONTRACT, a contract.toml, into its folder."""
    stale = []
    for name, content in documents_of(read_file(contract, "CONTRACT"), str(contract), address).items():
        file = contract.parent / name
        if file.exists() and file.read_bytes() == content:
            continue
        stale.append(file)
        if not check:
            file.write_bytes(content)
            click.echo(f"wrote {file}")
    if check and stale:
        why, hint = "is not what its contract publishes", "run `make fix`, or gateway contracts publish"
        raise ConfigError.of(ConfigError(str(file), why, hint) for file in stale)

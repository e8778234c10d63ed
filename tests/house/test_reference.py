"""Whatever a user may meet has a row in the reference, and is explained there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from pydantic import BaseModel

from gateway import cli, errors, plugins
from gateway.contracts.grammar import ContractTable
from gateway.settings import Settings
from gateway.telemetry.metrics import exposition
from gateway.toml import Kind, Table
from tests import ROOT
from tests.house.test_house import FAMILIES
from tests.reference import FOLDER, pages
from tests.reference.commands import every_command
from tests.reference.errors import refusals
from tests.reference.metrics import Nothing
from tests.reference.settings import Section, contract_sections, rows, sections

SECTIONS = [*sections(), *contract_sections()]
TEXT = {name: (FOLDER / name).read_text(encoding="utf-8") for name in pages()}


def _below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in model.__subclasses__():
        if one.__module__.startswith("gateway."):
            yield one
        yield from _below(one)


def test_it_is_as_the_code_has_it() -> None:
    assert pages() == TEXT


def test_the_check_tells_a_page_that_is_stale() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.reference", "--check"], cwd=ROOT, check=False, timeout=60)
    assert 0 == done.returncode


def test_every_table_of_a_configuration_is_in_it() -> None:
    for family in FAMILIES:
        for kind in plugins.known(family):
            plugins.find(family, kind, "")
    shown = {section.model for section in SECTIONS}
    built_upon = {base for model in shown for base in model.__mro__[1:]}
    assert [] == [one for one in {*_below(Table), *_below(Kind)} if one not in shown | built_upon]
    assert {Settings, ContractTable} <= shown


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_every_setting_has_its_row_with_what_it_is_and_means(section: Section) -> None:
    assert section.about
    written = {key.strip("`"): (kind, meaning) for key, kind, _, meaning in rows(section)}
    keys = {field.alias or name for name, field in section.model.model_fields.items()} - section.but
    assert keys <= written.keys()
    for key, (kind, meaning) in written.items():
        assert kind, key
        assert meaning or key == "kind", key
        assert f"| `{key}` | {kind} |" in TEXT["settings.md"]


def test_every_error_is_in_it() -> None:
    assert set(errors.REASONS) == {kind.reason for kind in refusals()}
    named = [*errors.REASONS, *(kind.__name__ for kind in errors.DeliveryError.__subclasses__())]
    named += ["ConfigError", *(kind.__name__ for kind in errors.ConfigError.__subclasses__())]
    assert [] == [one for one in named if f"| `{one}` |" not in TEXT["errors.md"]]
    codes = {getattr(cli, name) for name in vars(cli) if name.isupper() and isinstance(getattr(cli, name), int)}
    assert codes == set(cli.EXIT_CODES)
    assert [] == [code for code in codes if f"| {code} | {cli.EXIT_CODES[code]}" not in TEXT["errors.md"]]


def test_every_metric_that_is_served_is_in_it() -> None:
    served = re.findall(r"^# HELP (\w+) (\S.*)$", exposition(None, Nothing()).decode(), re.MULTILINE)
    ours = {name: meaning for name, meaning in served if not name.endswith("_created")}
    assert len(ours) > 10
    for name, meaning in ours.items():
        row = next(line for line in TEXT["metrics.md"].splitlines() if line.startswith((f"| `{name}`", f"| `{name}{{")))
        assert meaning in row


@pytest.mark.parametrize("context", list(every_command()), ids=lambda context: context.command_path)
def test_every_command_and_option_is_explained_in_it(context: click.Context) -> None:
    assert f"## {context.command_path}\n" in TEXT["commands.md"]
    assert context.command.help
    options = [one for one in context.command.params if isinstance(one, click.Option)]
    assert [] == [one.opts for one in options if not one.help or one.opts[0] not in TEXT["commands.md"]]


def test_its_links_lead_somewhere() -> None:
    for name, text in TEXT.items():
        for link in re.findall(r"\]\(([^)#]+)", text):
            assert (FOLDER / link).exists(), f"{name}: {link}"

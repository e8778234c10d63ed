"""`gateway init`: a configuration to start from that explains every setting, and nothing overwritten."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.cli import run_command_line as command_line
from tests import ROOT
from tests.egress.certificates import an_authority

STARTER = (ROOT / "deploy/starter.toml").read_text(encoding="utf-8")
SETTING = re.compile(r"(#?)([a-z_]+) = (.+)")
TABLE = re.compile(r"#?\[([a-z.-]+)\]")


@dataclass(frozen=True)
class Line:
    """A setting of the file that is written, in force or not."""

    number: int
    table: str
    key: str
    text: str


def settings() -> Iterator[Line]:
    table = ""
    for number, text in enumerate(STARTER.splitlines(), 1):
        header, setting = TABLE.fullmatch(text), SETTING.fullmatch(text)
        if header:
            table = header[1]
        elif setting:
            yield Line(number, table, setting[2], text.removeprefix("#"))


LINES = list(settings())


def with_all_in_force(chosen: Line) -> str:
    """The file with every setting in force; where one is there several times, `chosen`, or the last."""
    taken = {(line.table, line.key): line for line in (*LINES, chosen)}
    kept = {line.number for line in taken.values()}
    known = {line.number: line for line in LINES}
    written = [
        known[number].text if number in kept else text.removeprefix("#") if TABLE.fullmatch(text) else ""
        for number, text in enumerate(STARTER.splitlines(), 1)
    ]
    return "\n".join(written)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what the file names is: certificates, and the contract that is written beside it."""
    made = tmp_path_factory.mktemp("init")
    an_authority(made).issued("client")
    assert 0 == command_line(["init", str(made)])
    return made


def test_a_folder_gets_a_configuration_and_a_contract_that_are_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new/gateway"
    assert 0 == command_line(["init", str(folder)])
    told = capsys.readouterr().out
    assert f"wrote {folder / 'gateway.toml'}\nwrote {folder / 'contract.toml'}\n" in told
    assert ["contract.toml", "gateway.toml"] == sorted(file.name for file in folder.iterdir())
    assert (ROOT / "deploy/starter.toml").read_bytes() == (folder / "gateway.toml").read_bytes()
    assert 0 == command_line(["check", "--config", str(folder / "gateway.toml")])


def test_without_a_folder_it_is_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATEWAY_CONFIG", raising=False)
    assert 0 == command_line(["init"])
    assert 0 == command_line(["check"])


@pytest.mark.parametrize("name", ["gateway.toml", "contract.toml"])
def test_what_is_there_stays_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    assert 2 == command_line(["init", str(tmp_path)])
    assert f"{tmp_path / name}: is there already (take another folder, or move it away)\n" == capsys.readouterr().err
    assert [name] == [file.name for file in tmp_path.iterdir()]
    assert "mine" == (tmp_path / name).read_text(encoding="utf-8")


def test_every_line_is_a_setting_a_table_or_explains_one() -> None:
    lines = STARTER.splitlines()
    strange = [text for text in lines if text and not text.startswith("# ") and text != "#"]
    strange = [text for text in strange if not TABLE.fullmatch(text) and not SETTING.fullmatch(text)]
    assert [] == strange
    assert all(len(text) <= 150 for text in lines)
    for line in LINES:  # a comment stands above it, or above those that it stands with, or above their table
        above = [text for text in lines[: line.number - 1] if not SETTING.fullmatch(text)]
        assert next(text for text in reversed(above) if not TABLE.fullmatch(text)).startswith("# "), line.text


def test_what_is_in_force_is_the_least_that_works() -> None:
    assert {
        "listen": "127.0.0.1:8080", "admin": {"listen": "127.0.0.1:8081"},
        "sources": {"pbx": {"contract": "contract.toml", "authenticate": {"kind": "anonymous"}}},
        "destinations": {"journal": {"kind": "log"}}, "routes": {"everything": {"events": "*", "to": "journal"}},
    } == tomllib.loads(STARTER)  # fmt: skip


@pytest.mark.parametrize(
    "chosen",
    [one for one in LINES if sum((two.table, two.key) == (one.table, one.key) for two in LINES) > 1],
    ids=lambda line: f"{line.table}.{line.key}-{line.number}",
)
def test_with_every_setting_in_force_it_is_sound_whichever_way_each_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], chosen: Line
) -> None:
    text = with_all_in_force(chosen)
    assert chosen.text in text.splitlines()
    for name in re.findall(r'env = "(\w+)"', text):
        is_key = name.endswith("WEBHOOK_SECRET")
        value = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" if is_key else "http://me:it@proxy:3128"
        monkeypatch.setenv(name, value)
    path = folder / "all.toml"
    path.write_text(text, encoding="utf-8")
    code = command_line(["check", "--config", str(path)])
    assert (0, "") == (code, capsys.readouterr().err)

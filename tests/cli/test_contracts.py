"""`gateway contracts publish`: the documents of a contract beside it, and whether they are fresh."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateway.cli import run_command_line as command_line
from tests import ROOT


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "wsdl/calls/contract.toml", tmp_path / "contract.toml")
    return tmp_path / "contract.toml"


DOCUMENTS = ["calls.wsdl", "calls.xsd", "calls.schema.json", "calls.openapi.json", "calls.asyncapi.json"]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_documents_are_written_beside_the_contract(contract: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == command_line(["contracts", "publish", str(contract)])
    assert [f"wrote {contract.parent / name}" for name in DOCUMENTS] == capsys.readouterr().out.splitlines()
    assert {"contract.toml", *DOCUMENTS} == set(contents(contract.parent))


def test_published_again_it_is_the_same_and_nothing_is_written(
    contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command_line(["contracts", "publish", str(contract)])
    before = contents(contract.parent)
    capsys.readouterr()
    assert 0 == command_line(["contracts", "publish", str(contract)])
    assert ("", before) == (capsys.readouterr().out, contents(contract.parent))


def test_the_address_is_that_of_wsdl_and_openapi(contract: Path) -> None:
    assert 0 == command_line(["contracts", "publish", str(contract), "--address", "https://g.example.org/in/pbx"])
    assert b'location="https://g.example.org/in/pbx"' in (contract.parent / "calls.wsdl").read_bytes()
    assert b'{"url": "https://g.example.org"}' in (contract.parent / "calls.openapi.json").read_bytes()


def test_what_is_fresh_passes_the_check(contract: Path) -> None:
    command_line(["contracts", "publish", str(contract)])
    assert 0 == command_line(["contracts", "publish", "--check", str(contract)])


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("change", ["gone", "changed"])
def test_what_is_stale_fails_the_check_and_stays_as_it_is(
    contract: Path, capsys: pytest.CaptureFixture[str], name: str, change: str
) -> None:
    command_line(["contracts", "publish", str(contract)])
    file = contract.parent / name
    file.unlink() if change == "gone" else file.write_bytes(file.read_bytes() + b"\n")
    before = contents(contract.parent)
    assert 2 == command_line(["contracts", "publish", "--check", str(contract)])
    assert f"{file}: is not what its contract publishes" in capsys.readouterr().err
    assert before == contents(contract.parent)


def test_a_bad_contract_is_told_whole_and_nothing_is_written(
    contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace('"calls"', '"Calls"').replace("urn:endpoint-gateway:calls:v1", "calls"), "utf-8")
    assert 2 == command_line(["contracts", "publish", str(contract)])
    assert [f"{contract}: name", f"{contract}: namespace"] == [
        ":".join(line.split(":")[:2]) for line in capsys.readouterr().err.splitlines()
    ]
    assert {"contract.toml"} == set(contents(contract.parent))


def test_a_contract_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert 2 == command_line(["contracts", "publish", str(tmp_path / "nowhere.toml")])

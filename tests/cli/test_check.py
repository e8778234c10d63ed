"""`gateway check`: everything that can be wrong, told before anything starts."""

from __future__ import annotations

import re
import shutil
import socket
from pathlib import Path

import pytest

from gateway.cli import run_command_line as command_line
from gateway.settings import Document
from tests import ROOT
from tests.cli.conftest import Run
from tests.configured import ANYBODY, BASIC, JOURNAL, TO_CRM, a_document


def test_a_sound_configuration_is_ok_and_nothing_is_made(document: Document, run: Run) -> None:
    before = sorted(document.folder.rglob("*"))
    assert (0, "ok: 1 sources, 1 destinations, 1 routes\n", "") == run("check")
    assert before == sorted(document.folder.rglob("*"))


def test_no_socket_is_opened(tmp_path: Path, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        a_document(tmp_path, f'listen = "{address}"\n' + ANYBODY)
        assert 0 == run("check")[0]


def test_every_problem_is_a_line_with_its_path_and_a_hint(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PBX_PASSWORD", raising=False)
    (tmp_path / "bad.toml").write_text('name = "Calls"\nnamespace = "calls"\nevents = {}\n', encoding="utf-8")
    a_document(
        tmp_path,
        BASIC
        + ANYBODY.replace("sources.pbx", "sources.bad").replace("contract.toml", "bad.toml")
        + '[destinations.crm]\nkind = "kafak"\n[destinations.erp]\nkind = "http"\nurl = "ftp://h/"\nhostz = "h"\n'
        + '[routes.all]\nto = "cmr"\n',
    )
    code, out, err = run("check")
    assert (2, "") == (code, out)
    assert [
        (
            "sources.pbx.authenticate.password: the environment has no PBX_PASSWORD"
            " (line 3; set it where the gateway is started: export PBX_PASSWORD=…)"
        ),
        "bad.toml: name: must be lower-case words, joined by - or . (line 1)",
        "bad.toml: namespace: must be an absolute URI, such as 'urn:example:calls:v1' (line 2)",
        "bad.toml: events: a contract has at least one event (line 3)",
        "destinations.crm.kind: no 'kafak'; there are: http, log, recording (line 8)",
        (
            "destinations.erp.url: must be an http or https URL with a host"
            " (line 11; such as 'https://crm.example.org/calls'; a password goes into authenticate)"
        ),
        "destinations.erp.hostz: no such setting (line 12; did you mean 'hosts'?)",
        "routes.all.to: no 'cmr' is configured (line 14; did you mean 'crm'?)",
    ] == err.splitlines()


def test_a_database_of_another_kind_is_told(tmp_path: Path, run: Run) -> None:
    a_document(tmp_path, 'database = "mysql://gateway@db/gateway"\n' + ANYBODY)
    code, _, err = run("check")
    assert (2, True) == (code, err.startswith("database: can't use "))


@pytest.mark.parametrize(
    "secret", ['"hunter2"', '["hunter2"]', '{ env = "PBX_PASSWORD", value = "hunter2" }', '{ plain = "hunter2" }']
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, run: Run, secret: str) -> None:
    a_document(tmp_path, BASIC.replace('{ env = "PBX_PASSWORD" }', secret))
    code, out, err = run("check")
    assert 2 == code
    assert "a secret is a reference" in err
    assert "hunter2" not in out + err


def test_a_secret_never_shows_beside_a_problem(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBX_PASSWORD", "hunter2")
    a_document(tmp_path, BASIC.replace("} }", "}, realm = 1 }") + JOURNAL + TO_CRM + 'from = "pxb"\n')
    code, out, err = run("check")
    assert (2, 2) == (code, len(err.splitlines()))
    assert "hunter2" not in out + err


@pytest.mark.parametrize(("name", "sources"), [("starter.toml", 1), ("demo.toml", 2)])
def test_what_is_shipped_to_start_from_is_sound(tmp_path: Path, run: Run, name: str, sources: int) -> None:
    shutil.copy(ROOT / "deploy" / name, tmp_path / "gateway.toml")
    (tmp_path / "recordings.password").write_text("hunter2", encoding="utf-8")
    code, out, err = run("check")
    assert (0, "") == (code, err)
    assert out.startswith(f"ok: {sources} sources, ")


def test_the_complete_configuration_is_sound(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = ROOT / "deploy/gateway.toml"
    settings = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    named = re.findall(r'env = "(\w+)"', "\n".join(settings))
    assert named
    for name in named:
        is_key = name.endswith("_WEBHOOK_SECRET")
        monkeypatch.setenv(name, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" if is_key else "hunter2")
    assert 0 == command_line(["check", "--config", str(file)])
    assert "ok: 2 sources, 5 destinations, 1 routes\n" == capsys.readouterr().out

"""What the README gives to copy works as it stands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gateway.shipped import shipped
from tests import ROOT
from tests.running import RunningGateway, running, wait_for

_README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """A gateway on the configuration that `gateway init` writes, on free ports."""
    starter = shipped("deploy/starter.toml").read_text(encoding="utf-8")
    without_addresses = starter.replace('listen = "127.0.0.1:8080"', "").replace(
        '[admin]\nlisten = "127.0.0.1:8081"', ""
    )
    with running(tmp_path_factory.mktemp("readme"), without_addresses) as gateway:
        yield gateway


def _block(language: str, containing: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", _README, re.DOTALL)
    (found,) = [block for block in blocks if containing in block]
    return str(found)


def test_the_curl_call_is_accepted(started: RunningGateway) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed here")
    command = _block("sh", "curl ").replace("http://127.0.0.1:8080", started.url)
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert '"status":"accepted"' in done.stdout
    event_id = re.findall('"eventId":"([^"]+)"', done.stdout)[0]
    data = started.event(event_id)["event"]["data"]
    assert {"call_id": "4711", "ani": "5105550111", "call_start": "2026-03-16T14:15:02Z", "duration": 150} == data


def test_the_zeep_call_is_accepted(started: RunningGateway) -> None:
    code = _block("python", "zeep").replace("http://127.0.0.1:8080", started.url)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    status, event_id = done.stdout.split()
    assert status == "accepted"
    wait_for(lambda: started.event(event_id)["deliveries"]["delivered"] == 1)


def test_the_commands_to_look_work(started: RunningGateway) -> None:
    commands = [line.split()[1:] for line in _block("sh", "gateway events list").splitlines()]
    assert len(commands) == 2
    for command in commands:
        done = started.cli(*command)
        assert done.returncode == 0, done.stderr


def test_every_link_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "gateway").rglob("*.md"), *(ROOT / ".github").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"

"""A contact centre is simulated against a real gateway: whichever way its posts are written, every field arrives."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.simulator.variants import MIXED, PROTOCOLS, variants_of
from tests.running import RunningGateway, running

_CONFIGURATION = """
web_processes = 1
[sources.contact-centre]
preset = "ringcx"
authenticate = { kind = "basic", user = "ringcx", password = { env = "RINGCX_PASSWORD" } }
"""
_PASSWORD = {"RINGCX_PASSWORD": "a fine one"}
_FAST = ("--rate", "6000", "--speed", "6000", "--seed", "1")


def simulated(gateway: RunningGateway, *arguments: str) -> subprocess.CompletedProcess[str]:
    return gateway.cli("simulate", "ringcx", f"{gateway.url}/in/contact-centre", *_FAST, *arguments)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running(tmp_path_factory.mktemp("gateway"), _CONFIGURATION, **_PASSWORD) as started:
        yield started


@pytest.mark.parametrize("protocol", [*PROTOCOLS, MIXED])
def test_twenty_calls_with_every_variant_arrive_as_they_were_meant(gateway: RunningGateway, protocol: str) -> None:
    done = simulated(gateway, "--calls", "20", "--protocol", protocol)
    assert (0, 0) == (done.returncode, done.stderr.count("✗")), done.stdout + done.stderr
    assert re.fullmatch(
        r"✓ \d+ posts \(\d+ of them twice\), \d+ events, every field as sent", done.stdout.splitlines()[-1]
    )
    shown = re.findall(r"^\((.)\) ", done.stdout, re.MULTILINE)
    assert sorted(variants_of(protocol)) == shown


@pytest.mark.usefixtures("database")
def test_it_does_so_on_each_database(tmp_path: Path) -> None:
    with running(tmp_path, _CONFIGURATION, **_PASSWORD) as started:
        done = simulated(started, "--calls", "50")
    assert 0 == done.returncode, done.stdout + done.stderr


def test_what_is_read_otherwise_and_what_is_not_read_at_all_are_found_out(tmp_path: Path) -> None:
    """Its contract lacks a field, and it was not told that a recording's name says which call it is of."""
    gateway = RunningGateway(tmp_path, f'{_CONFIGURATION}contract = "contract.toml"\nderive = {{}}\n', **_PASSWORD)
    contract = gateway.folder / "contract.toml"
    lines = contract.read_text(encoding="utf-8").splitlines()
    contract.write_text("\n".join(line for line in lines if not line.startswith("queue_name ")), encoding="utf-8")
    try:
        gateway.start()
        done = simulated(gateway, "--calls", "20", "--protocol", "json")
    finally:
        gateway.stop()
        gateway.clean()
    assert 3 == done.returncode
    request = r"^✗ request [0-9a-f-]{36}, "
    for told in (
        rf"{request}agent-termination by json \(.*m\): quarantined, not accepted$",
        rf"{request}\S+ by json.*: queue_name: sent as gate_name='.+', is not there$",
        rf"{request}\S+ by json.*: extra\.gate_?[nN]ame: '.+' was sent for a field, and is in none$",
    ):
        assert re.search(told, done.stderr, re.MULTILINE), told
    assert re.search(r"^all( +\d+){3} +1 ", done.stdout, re.MULTILINE)

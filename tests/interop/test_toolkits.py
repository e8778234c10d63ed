"""Clients that other people wrote: the first call of our documentation, in every language, for whole messages too.

`make interop` installs and runs them all, and so does GATEWAY_INTEROP=1 with what is installed; `make test` runs those
that are here and quick, with two messages.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.calls import CONFIGURATION, PASSWORD, Caller, cases
from tests.interop.toolkits import TOOLKITS, Toolkit
from tests.running import RunningGateway, running

ALL = bool(os.environ.get("GATEWAY_INTEROP"))
SLOW = {"typescript", "java", "gsoap"}
QUICK = ("submitOrderPlaced, full", "submitOrderPlaced, wrong inside")
CALLERS = [(toolkit, version) for toolkit in TOOLKITS for version in toolkit.versions]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running(tmp_path_factory.mktemp("interop"), CONFIGURATION, SHOP_PASSWORD=PASSWORD) as started:
        yield started


@pytest.mark.parametrize(("toolkit", "version"), CALLERS, ids=[f"{one.name} {version}" for one, version in CALLERS])
def test_what_a_toolkit_sends_arrives_as_it_was_meant_and_what_is_refused_it_can_show(
    toolkit: Toolkit, version: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if not ALL and toolkit.snippet in SLOW:
        pytest.skip(f"{toolkit.name} takes its time; make interop installs {toolkit.packages} and runs it")
    if not toolkit.version():
        pytest.skip(f"{toolkit.name} is not installed; make interop installs {toolkit.packages}")
    chosen = [one for one in cases(f"{toolkit.snippet}-{version}-") if ALL or one.title in QUICK]
    gateway = request.getfixturevalue("gateway")
    with gateway.store() as store:
        outcomes = list(Caller(toolkit, version, gateway, store, tmp_path).outcomes(chosen))
    assert len(chosen) == len(outcomes)
    assert [] == [one for one in outcomes if one.problem]

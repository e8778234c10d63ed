"""What comes with the program is found, from a checkout and from a wheel."""

from __future__ import annotations

import tomllib

import pytest

from gateway.shipped import shipped
from tests import ROOT


@pytest.mark.parametrize(
    "name", ["wsdl/calls/contract.toml", "deploy/starter.toml", "deploy/demo.toml", "deploy/gunicorn.conf.py"]
)
def test_a_shipped_file_is_there_and_is_the_repositorys(name: str) -> None:
    assert (ROOT / name).read_bytes() == shipped(name).read_bytes()


def test_the_wheel_takes_the_folders_that_are_shipped() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    taken = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {"wsdl/calls": "gateway/shipped/wsdl/calls", "deploy": "gateway/shipped/deploy"} == taken

"""What is in wheel and sdist: all that the program needs, nothing that it doesn't, and what it says of itself."""

from __future__ import annotations

import re
import subprocess
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest

from gateway import __version__
from tests import ROOT

SHIPPED = {"wsdl/calls": "gateway/shipped/wsdl/calls", "deploy": "gateway/shipped/deploy"}
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


@pytest.fixture(scope="module")
def wheel(built: Path) -> Iterator[zipfile.ZipFile]:
    (file,) = built.glob("*.whl")
    with zipfile.ZipFile(file) as opened:
        yield opened


@pytest.fixture(scope="module")
def sdist(built: Path) -> set[str]:
    (file,) = built.glob("*.tar.gz")
    with tarfile.open(file) as opened:
        return {name.partition("/")[2] for name in opened.getnames()}


def tracked(*folders: str) -> set[str]:
    """What git has below these folders, as it will have it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *folders]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("this is no checkout of git, which would say what belongs into a wheel")
    return {name for name in done.stdout.splitlines() if (ROOT / name).exists()}


def test_the_wheel_has_the_whole_package_with_all_that_is_no_code(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert set() == tracked("gateway") - names
    assert {
        "gateway/py.typed", "gateway/docs/reference/settings.md", "gateway/store/migrations/script.py.mako",
        "gateway/store/migrations/versions/0001_first_schema.py",
    } <= names  # fmt: skip


def test_the_wheel_has_what_is_shipped_where_the_program_looks_for_it(wheel: zipfile.ZipFile) -> None:
    for folder, place in SHIPPED.items():
        for name in tracked(folder):
            assert (ROOT / name).read_bytes() == wheel.read(place + name.removeprefix(folder)), name


def test_the_wheel_has_nothing_else(wheel: zipfile.ZipFile) -> None:
    shipped = {place + name.removeprefix(folder) for folder, place in SHIPPED.items() for name in tracked(folder)}
    about = {name for name in wheel.namelist() if re.fullmatch(r"endpoint_gateway-[^/]+\.dist-info/.+", name)}
    assert set(wheel.namelist()) == tracked("gateway") | shipped | about


def test_the_sdist_has_all_that_the_wheel_is_made_of_and_its_tests(sdist: set[str]) -> None:
    named = {"README.md", "LICENSE", "Makefile", "pyproject.toml", "requirements.lock"}
    assert set() == (tracked("gateway", "wsdl", "deploy", "tests") | named) - sdist


def test_it_says_what_it_is_and_what_it_runs_on(wheel: zipfile.ZipFile) -> None:
    about = Parser().parsestr(wheel.read(f"endpoint_gateway-{__version__}.dist-info/METADATA").decode())
    assert ("endpoint-gateway", __version__, ">=3.11", "MIT") == (
        about["Name"], about["Version"], about["Requires-Python"], about["License-Expression"],
    )  # fmt: skip
    said = [one for one in about.get_all("Classifier", []) if one.startswith("Programming Language :: Python :: 3.")]
    assert [f"Programming Language :: Python :: {python}" for python in PYTHONS] == said
    assert (
        "gateway = gateway.cli:main"
        in wheel.read(f"endpoint_gateway-{__version__}.dist-info/entry_points.txt").decode()
    )
    assert "py3-none-any" in wheel.read(f"endpoint_gateway-{__version__}.dist-info/WHEEL").decode()


def test_what_it_needs_is_what_the_project_declares(wheel: zipfile.ZipFile) -> None:
    about = Parser().parsestr(wheel.read(f"endpoint_gateway-{__version__}.dist-info/METADATA").decode())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]

    def names(needs: list[str]) -> set[str]:
        return {re.split(r"[\s\[<>=;~!]", one)[0].lower().replace("_", "-") for one in needs}

    needs = about.get_all("Requires-Dist", [])
    of_an_extra = {one for one in needs if "extra ==" in one}
    assert names(project["dependencies"]) == names([one for one in needs if one not in of_an_extra])
    assert {name: names(ones) for name, ones in extras.items()} == {
        extra: names([one for one in of_an_extra if f"extra == '{extra}'" in one])
        for extra in about.get_all("Provides-Extra", [])
    }

"""Kinds are found by their names: ours, and those that others bring."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import plugins
from gateway.destinations import http
from gateway.errors import UnknownKind


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed distribution that brings a kind of destination."""
    (tmp_path / "pigeon_post.py").write_text("MARK = 'coo'\n", encoding="utf-8")
    info = tmp_path / "pigeon_post-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeon-post\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[gateway.destinations]\npigeon = pigeon_post\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("destinations", ["http", "log", "recording"]),
        ("authenticators", ["anonymous", "api_key", "basic", "bearer"]),
        ("storage", ["folder", "s3"]),
    ],
)
def test_the_kinds_of_a_family_are_its_modules(family: str, expected: list[str]) -> None:
    assert expected == plugins.known(family)


def test_a_kind_is_the_module_of_its_name() -> None:
    assert http is plugins.find("destinations", "http", "destinations.crm")


@pytest.mark.parametrize("kind", ["kafak", "", "../http", "__init__", "http.Options"])
def test_an_unknown_kind_is_told_with_those_there_are(kind: str) -> None:
    with pytest.raises(UnknownKind) as caught:
        plugins.find("destinations", kind, "destinations.crm")
    near = " (did you mean 'http'?)" if kind == "../http" else ""
    assert f"destinations.crm.kind: no {kind!r}; there are: http, log, recording{near}" == str(caught.value)


@pytest.mark.usefixtures("third_party")
def test_others_bring_a_kind_by_an_entry_point() -> None:
    assert plugins.find("destinations", "pigeon", "destinations.crm").MARK == "coo"
    assert ["http", "log", "pigeon", "recording"] == plugins.known("destinations")


@pytest.mark.usefixtures("third_party")
def test_a_kind_of_one_family_is_none_of_another() -> None:
    with pytest.raises(UnknownKind, match="there are: anonymous, api_key, basic, bearer"):
        plugins.find("authenticators", "pigeon", "sources.pbx.authenticate")

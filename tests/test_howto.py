"""What the pages on senders show of a configuration is sound."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import ROOT
from tests.configured import a_gateway

_HOWTO = ROOT / "gateway/docs/howto"
_SOURCE = '[sources.contact-centre]\npreset = "ringcx"\nauthenticate = { kind = "anonymous" }\n'
_BLOCKS = [
    pytest.param(text, id=f"{page}-{number}")
    for page in ("ringcx.md", "presets.md", "joins.md", "recordings.md")
    for number, text in enumerate(
        re.findall(r"```toml\n(.*?)```", (_HOWTO / page).read_text(encoding="utf-8"), re.DOTALL), 1
    )
]


@pytest.mark.parametrize("text", _BLOCKS)
def test_a_configuration_that_is_shown_can_be_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    for name in re.findall(r'env = "(\w+)"', text):
        monkeypatch.setenv(name, "hunter2")
    source = "" if "[sources." in text else _SOURCE
    assert a_gateway(tmp_path, source + text).sources


def test_there_are_some() -> None:
    assert len(_BLOCKS) > 3

"""What the README gives to copy works as it stands, from top to bottom, and shows what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT
from tests.journeys.readme_blocks import OUTPUT, PICTURE, README, Block, blocks, fenced, reading

NOT_RUN = {
    "make demo": "tests/journeys/test_demo.py runs the demo; `make test` is what runs this",
}
"""Beginnings of blocks that are not run here, and why."""
_CHECKED_ALONE = "toml"
_DOCUMENTS = [*(ROOT / "gateway/docs").glob("*/*.md"), *(ROOT / "gateway/docs").glob("*.md")]


def _is_run(block: Block) -> bool:
    return block.language == "sh" and not block.text.startswith(tuple(NOT_RUN))


def test_whoever_copies_it_from_top_to_bottom_sees_what_it_shows(tmp_path: Path) -> None:
    missing = [tool for tool in ("curl", "make") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")
    with reading(tmp_path) as reader:
        for block in filter(_is_run, blocks()):
            reader.copies(block)


@pytest.mark.parametrize("block", [one for one in blocks() if one.language == _CHECKED_ALONE])
def test_a_table_of_settings_is_one_that_the_starter_configuration_can_have(tmp_path: Path, block: Block) -> None:
    def gateway(*arguments: str) -> str:
        command = [sys.executable, "-m", "gateway", *arguments]
        secrets = dict.fromkeys(re.findall(r'env = "(\w+)"', block.text), "secret")
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ | secrets, capture_output=True, text=True, check=False
        )
        assert 0 == done.returncode, done.stderr
        return done.stdout

    gateway("init")
    with (tmp_path / "gateway.toml").open("a", encoding="utf-8") as file:
        file.write(block.text)
    assert gateway("check").startswith("ok: 2 sources")


def test_no_block_is_left_out_without_a_reason() -> None:
    left_out = [one for one in blocks() if not _is_run(one) and one.language != _CHECKED_ALONE]
    assert len(NOT_RUN) == len(left_out), left_out
    assert all(one.language == "sh" for one in left_out), left_out
    assert all(any(one.text.startswith(beginning) for one in left_out) for beginning in NOT_RUN)
    # What has no language is a picture, of which there is one; what is shown stands below what shows it.
    languages = [language for language, _ in fenced()]
    assert 1 == languages.count(PICTURE)
    assert languages.count(OUTPUT) == sum(1 for one in blocks() if one.shown)


def test_every_page_of_the_documentation_is_led_to() -> None:
    linked = set(re.findall(r"\]\(([^)#:]+)\)", README))
    pages = {str(page.relative_to(ROOT)) for page in _DOCUMENTS if page.parent.name != "decisions"}
    assert set() == pages - linked


def test_every_link_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "gateway").rglob("*.md"), *(ROOT / ".github").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_link_within_the_readme_leads_to_a_heading() -> None:
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", README, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= headings

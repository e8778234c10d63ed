"""What a process does before it serves: the schema, the revision, and warnings an operator should see."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from gateway.settings import MAIN, Document
from tests import ROOT
from tests.cli.conftest import Filled, opened
from tests.configured import ANYBODY, a_document

_PREPARE = """
import sys
from pathlib import Path
from gateway.cli.starting import prepare
from gateway.settings import Document
print(*[prepare(Document.at(Path(one)), in_force=sys.argv[1] == "True") for one in sys.argv[2:]])
"""


def prepared(*paths: Path, in_force: bool = False) -> tuple[list[int], list[dict[str, Any]]]:
    """The revisions in force after each start, and the lines it logged: it sets up logging for a process's life."""
    command = [sys.executable, "-c", _PREPARE, str(in_force), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return [int(one) for one in done.stdout.split()], [json.loads(line) for line in done.stderr.splitlines()]


def two(folder: Path) -> tuple[Path, Path]:
    """Two configurations with one database."""
    first = a_document(folder, ANYBODY).path
    second = folder / "second.toml"
    second.write_text(first.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    return first, second


def test_only_a_configuration_that_was_never_seen_is_put_in_force_by_a_start(tmp_path: Path) -> None:
    first, second = two(tmp_path)
    assert [1, 1, 2, 2, 2] == prepared(first, first, second, first, second)[0]


def test_the_one_that_was_asked_for_is_put_in_force_whatever_was_seen(tmp_path: Path) -> None:
    first, second = two(tmp_path)
    assert [1, 1, 2, 3, 4] == prepared(first, first, second, first, second, in_force=True)[0]


def test_a_revision_holds_the_files_that_the_configuration_names(document: Document) -> None:
    prepared(document.path)
    store = opened(document)
    expected = {name: (document.folder / name).read_text(encoding="utf-8") for name in (MAIN, "contract.toml")}
    assert expected == store.revisions.files(1)
    store.close()


def test_an_operator_is_told_of_open_doors_and_of_deliveries_that_lead_nowhere(
    document: Document, filled: Filled
) -> None:
    del filled
    _, lines = prepared(document.path)
    told = {line["event"]: line for line in lines}
    assert ("pbx", "warning") == (told["source.anonymous"]["source"], told["source.anonymous"]["level"])
    unconfigured = told["destination.unconfigured"]
    assert ("journal", 1) == (unconfigured["destination"], unconfigured["waiting"])

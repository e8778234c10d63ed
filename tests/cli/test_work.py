"""`gateway work`: one worker as a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import Document
from gateway.store.history import Selection
from tests import ROOT
from tests.cli.conftest import Filled, opened


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Where sockets may be: their paths end at 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="gw-"))
    yield folder
    shutil.rmtree(folder)


def test_until_idle_it_delivers_what_is_due_and_ends(document: Document, filled: Filled, short_folder: Path) -> None:
    done = worked(document, short_folder)
    assert 0 == done.returncode, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(filled.waiting.id, '{"note":"Zoë"}')] == [
        (line["event_id"], line["data"]) for line in lines if line["event"] == "event.logged"
    ]
    assert {"crm": "delivered", "journal": "waiting"} == states(document, filled.waiting.id)


def test_without_work_it_makes_the_database_and_ends(document: Document, short_folder: Path) -> None:
    assert 0 == worked(document, short_folder).returncode
    store = opened(document)
    assert [] == list(store.history.events(Selection()))
    assert {"gateway.toml", "contract.toml"} == set(store.revisions.files(1))
    store.close()
    assert [] == list(short_folder.rglob("*.wake"))


def test_a_bad_configuration_is_2_and_nothing_is_made(document: Document, short_folder: Path) -> None:
    document.path.write_text("listn = 1\n", encoding="utf-8")
    done = worked(document, short_folder)
    assert (2, "listn: no such setting (line 1; did you mean 'listen'?)\n") == (
        done.returncode, done.stderr,
    )  # fmt: skip
    assert not (document.folder / "var").exists()


def worked(document: Document, runtime: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway", "work", "--until-idle", "--config", str(document.path)]
    environment = os.environ | {"XDG_RUNTIME_DIR": str(runtime)}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=60, check=False)


def states(document: Document, event_id: str) -> dict[str, Any]:
    store = opened(document)
    event = store.history.event(event_id)
    store.close()
    assert event is not None
    return {one["destination"]: one["state"] for one in event["deliveryList"]}

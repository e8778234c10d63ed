"""A newer program brings the database to its schema beside ours, which runs: ours goes on, and isn't started anew."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.model.delivery import State
from gateway.store.migrate import known_schemas
from tests import ROOT
from tests.faults.abrupt import running_until_cut
from tests.faults.clock import Clock
from tests.faults.load import (
    MOST_REPEATED,
    SLOTS,
    Load,
    delivering_to,
    end_leases,
    in_state,
    missing,
    repeated,
    wait_until_drained,
)
from tests.running import Downstream, RunningGateway, wait_for

pytestmark = pytest.mark.usefixtures("database")

_MIGRATION = f"""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{known_schemas()[0]}"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("added", sa.Text(), nullable=True))
    op.create_index("deliveries_by_added", "deliveries", ["added", "id"])
"""
"""As migrations are: each adds to one table what a program that doesn't know of it can leave alone."""


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a program that is ours with one more migration."""
    folder = tmp_path_factory.mktemp("newer")
    shutil.copytree(ROOT / "gateway", folder / "gateway", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "gateway/store/migrations/versions/9999_later.py").write_text(_MIGRATION, encoding="utf-8")
    return folder


def test_calls_are_accepted_and_delivered_while_a_newer_program_migrates(
    tmp_path: Path, downstream: Downstream, newer: Path
) -> None:
    with running_until_cut(tmp_path, delivering_to(downstream)) as gateway:
        with Load(gateway) as load:
            load.wait_for_more(200, "before the migration")
            _migrate(gateway, newer)
            load.wait_for_more(200, "on the newer schema")
        assert ([], 0) == ([answer.text for answer in load.refused], load.unanswered)
        wait_until_drained(gateway)
        assert not missing(gateway, load.acknowledged)
        assert repeated(downstream, load.acknowledged) == 0
        assert "Traceback" not in gateway.log.read_text(encoding="utf-8")
        assert gateway.stop() == 0
        refused = gateway.cli("run")
        assert (2, 1) == (refused.returncode, refused.stderr.count("\n")), refused.stderr
        assert "has the schema 9999, which is newer than this program" in refused.stderr


def test_a_child_that_died_is_started_again_on_a_newer_schema(
    tmp_path: Path, downstream: Downstream, newer: Path, clock: Clock
) -> None:
    """The tree is the older program until it is stopped: else a crash during an upgrade would be its end."""
    with running_until_cut(tmp_path, delivering_to(downstream, "web_processes = 2"), **clock.environment) as gateway:
        with Load(gateway) as load:
            load.wait_for_more(100, "before the migration")
            _migrate(gateway, newer)
            for kind, place in (("web", 1), ("worker", 0), ("web", 0)):
                _kill(gateway, kind, place)
                load.wait_for_more(100, f"after a {kind} was killed")
                arrived = len(downstream.arrived)
                wait_for(lambda: len(downstream.arrived) > arrived + SLOTS, 20, "deliveries")  # noqa: B023
        assert {answer.status_code for answer in load.refused} <= {503}
        wait_for(lambda: not in_state(gateway, State.WAITING), 60, "the end of the backlog")
        end_leases(gateway, clock)  # of the worker that was killed
        wait_until_drained(gateway)
        assert not missing(gateway, load.acknowledged)
        assert repeated(downstream, load.acknowledged) <= MOST_REPEATED
        assert gateway.log.read_text(encoding="utf-8").count("child.died") == 2  # the worker and gunicorn, once each


def _migrate(gateway: RunningGateway, newer: Path) -> None:
    command = [sys.executable, "-m", "gateway", "database", "migrate", "--config", str(gateway.path)]
    done = subprocess.run(command, cwd=newer, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.endswith(f"schema {known_schemas()[0]} → 9999\n"), done.stderr


def _kill(gateway: RunningGateway, kind: str, place: int) -> None:
    """End the process of that `kind` (gunicorn's own is its first), and wait for another."""
    before = gateway.children()[kind]
    os.kill(before[place], signal.SIGKILL)
    wait_for(lambda: set(gateway.children()[kind]) - set(before), 20, f"another {kind}")

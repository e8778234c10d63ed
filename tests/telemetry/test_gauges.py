"""Gauges of processes that are gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gateway.telemetry.gauges import forget_gone
from tests import ROOT
from tests.telemetry.test_metrics import exposed

_OPENS = """
from gateway.telemetry import metrics
metrics.breaker_open.labels("crm").set(1)
metrics.attempts.labels("crm", "unavailable").inc()
"""


def test_what_a_process_that_is_gone_said_of_its_breakers_is_forgotten_and_what_it_counted_is_not(
    tmp_path: Path,
) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", _OPENS], env=environment, cwd=ROOT, check=True)
    assert {("crm",): 1.0} == exposed(None, str(tmp_path))["gateway_breaker_open"]
    forget_gone(tmp_path)
    found = exposed(None, str(tmp_path))
    assert "gateway_breaker_open" not in found
    assert {("crm", "unavailable"): 1.0} == found["gateway_attempts_total"]


def test_what_a_living_process_says_stays(tmp_path: Path) -> None:
    kept = [f"gauge_livemax_{os.getpid()}.db", "gauge_livemax_1.db", "gauge_max_999999999.db", "gauge_livemax_x.db"]
    for name in (*kept, "gauge_livemax_999999999.db"):
        (tmp_path / name).touch()
    forget_gone(tmp_path)
    assert set(kept) == {path.name for path in tmp_path.iterdir()}


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    forget_gone(tmp_path / "nowhere")

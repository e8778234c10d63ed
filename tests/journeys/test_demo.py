"""`make demo ONCE=1` ends by itself, with 0 only where everything arrived."""

from __future__ import annotations

import subprocess
import sys

from tests import ROOT


def test_the_demo_shows_five_calls_and_a_transferred_one_arrive() -> None:
    command = [sys.executable, "-m", "gateway", "demo", "--once"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("accepted: event") == 5
    assert "five events with identical data" in done.stdout
    assert "A phone call that is transferred" in done.stdout
    assert "✓ 9 posts, 9 events, each delivered downstream with every field as posted:" in done.stdout
    assert "?wsdl" in done.stdout

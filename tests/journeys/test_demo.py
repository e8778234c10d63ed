"""`make demo ONCE=1` ends by itself, with 0 only where everything arrived."""

from __future__ import annotations

import re
import subprocess
import sys

from tests import ROOT


def test_the_demo_shows_five_calls_and_a_transferred_one_arrive_and_what_was_said() -> None:
    command = [sys.executable, "-m", "gateway", "demo", "--once"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("accepted: event") == 5
    assert "five events with identical data" in done.stdout
    assert "A phone call that is transferred" in done.stdout
    assert "✓ 9 posts, 9 events, each delivered downstream with every field as posted:" in done.stdout
    assert "✓ call.completed, version " in done.stdout
    assert re.search(r"segment 2    Ben Ode, 136 s, Transferred, \d{30}-2\.wav", done.stdout)
    assert re.search(r"segment 3    Zoë O'Brien, 54 s, Resolved, \d{30}-3\.wav", done.stdout)
    facts = r"^     \d+ s, 2 channels, 8000 Hz, [\d,]+ bytes, SHA-256 [0-9a-f]{12}…$"
    assert 2 == len(re.findall(facts, done.stdout, re.MULTILINE))
    for side in ("agent", "customer"):
        assert 2 == len(re.findall(rf"^     {side} +▕[ ▁▂▃▄▅▆▇█]{{60}}▏$", done.stdout, re.MULTILINE)), side
    assert "✓ one call, 2 segments, 2 recordings on disk" in done.stdout
    assert "?wsdl" in done.stdout

"""What is shown of calls that are played fits on a screen, and says what is not as it was sent."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from gateway.cli.played import progress, report, tell
from gateway.simulator.comparing import Difference
from gateway.simulator.variants import MIXED, Variant
from tests.simulator.test_calls import played
from tests.simulator.test_comparing import answers

ANSWERS = [answer for call in played(40, MIXED) for answer in answers(call)]
Told = pytest.CaptureFixture[str]


def test_the_report_has_a_row_for_each_web_service_and_each_variant(capsys: Told) -> None:
    report([*ANSWERS, replace(ANSWERS[0], state="no answer", status=None)], 2.0)
    rate = (len(ANSWERS) + 1) / 2
    told = capsys.readouterr().out.splitlines()
    assert len(told) <= 24
    assert max(map(len, told)) <= 120
    rows = {line[:25].split("  ")[0]: line for line in told}
    for variant in Variant:
        assert any(name.startswith(f"({variant})") for name in rows), variant
    assert rows["all"].split()[1:7] == [str(len(ANSWERS) + 1), str(len(ANSWERS) - 2), "2", "0", "0", "1"]
    assert f"answered: HTTP 200 {len(ANSWERS)} times; 2.0 s, {rate:.0f} posts a second" == told[-1]


def test_all_well_is_one_line(capsys: Told) -> None:
    tell(ANSWERS, [], "250 events, every field as sent")
    assert f"✓ {len(ANSWERS)} posts (2 of them twice), 250 events, every field as sent\n" == capsys.readouterr().out


def test_of_many_differences_the_first_are_told_and_the_rest_counted(capsys: Told) -> None:
    tell(ANSWERS, [Difference(ANSWERS[0], f"wrong {number}") for number in range(25)], "")
    told = capsys.readouterr().err.splitlines()
    assert told[0].endswith("wrong 0")
    assert "✗ and 5 more" == told[20]
    assert f"✗ {len(ANSWERS)} posts, 25 differences in 1 of them" == told[21]


def test_progress_is_lines_where_there_is_no_terminal(capsys: Told) -> None:
    with progress(2, every=0) as heard:
        heard(ANSWERS[0])
        heard(ANSWERS[1])
    assert "  1 of 2 posts: 1 accepted\n  2 of 2 posts: 2 accepted\n" == capsys.readouterr().err
    with progress(2) as heard:
        heard(ANSWERS[0])
    assert "" == capsys.readouterr().err


def test_progress_is_a_bar_on_a_terminal(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress(1) as heard:
        heard(ANSWERS[0])
    assert "100%" in capsys.readouterr().err

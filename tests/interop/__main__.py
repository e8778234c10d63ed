"""Clients that other people wrote, each against a real gateway; `make interop` installs them first.

python -m tests.interop [NAME…]     only those whose name has NAME in it
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.interop.calls import CONFIGURATION, PASSWORD, Caller, Outcome, cases
from tests.interop.toolkits import TOOLKITS, Toolkit
from tests.running import RunningGateway, running

_ROW = "{:16} {:10} {:5} {:>10} {:>12} {:>12} {:>6}  {}"
_WIDTH, _LONGEST = 250, 2000


def main(names: list[str]) -> int:
    """Print a row for each toolkit and version of SOAP, then what its caller sees of faults, then what failed."""
    outcomes: dict[str, list[Outcome]] = {}
    print(_ROW.format("toolkit", "version", "SOAP", "operations", "events equal", "faults shown", "s", "verdict"))
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), CONFIGURATION, SHOP_PASSWORD=PASSWORD) as gateway,
    ):
        for toolkit in (one for one in TOOLKITS if not names or any(name in one.name for name in names)):
            for version in toolkit.versions:
                outcomes[f"{toolkit.name} {version}"] = _row(toolkit, version, gateway)
    print("\nWhat a caller sees of a key used again, of wrong values, and of wrong values inside:")
    for name, found in outcomes.items():
        shown = [one.shown for one in found if one.case.refused and not one.problem]
        print(name, *(" | ".join(text.splitlines())[:_WIDTH] for text in shown), sep="\n    ")
    failed = [(name, one) for name, found in outcomes.items() for one in found if one.problem]
    for name, one in failed:
        print(f"\n{name}, {one.case.source}, {one.case.title}: {one.problem}\n{one.shown[:_LONGEST]}")
    return 1 if failed else 0


def _row(toolkit: Toolkit, version: str, gateway: RunningGateway) -> list[Outcome]:
    """Print a row of the table; what came of its calls."""
    if not toolkit.version():
        print(_ROW.format(toolkit.name, "", version, "", "", "", "", f"not installed: {toolkit.packages}"))
        return []
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, gateway.store() as store:
        caller = Caller(toolkit, version, gateway, store, Path(folder))
        found = list(caller.outcomes(list(cases(f"{toolkit.snippet}-{version}-"))))
    events = [one for one in found if not one.case.refused]
    faults = [one for one in found if one.case.refused]
    called = len({one.case.event.operation for one in events})
    equal, shown = (f"{sum(not one.problem for one in some)} of {len(some)}" for some in (events, faults))
    failures = sum(bool(one.problem) for one in found)
    seconds, verdict = round(time.monotonic() - began), f"{failures} failed" if failures else "ok"
    print(_ROW.format(toolkit.name, toolkit.version(), version, called, equal, shown, seconds, verdict), flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

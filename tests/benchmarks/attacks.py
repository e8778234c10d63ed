"""What each attack costs, in CPU and peak memory: `python -m tests.benchmarks.attacks` (Linux)."""

from __future__ import annotations

import ctypes
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

import structlog

from gateway.assembly import Workshop
from gateway.current import Current
from gateway.pipeline import Gateway
from gateway.receiver import Door
from gateway.settings import Document
from gateway.store.migrate import migrate
from gateway.store.place import Place, place_of
from gateway.store.store import open_store
from tests.attacks import ATTACKS, CONTRACT, Attack, environ, reason_of

_TIMES = 5
_SOURCE = '[sources.lenient]\ncontract = "contract.toml"\nauthenticate = { kind = "anonymous" }\n'


def main() -> None:
    """Print the table. Each attack has a process of its own, so that no other's memory is counted."""
    structlog.configure(processors=[_drop])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "contract.toml").write_text(CONTRACT, encoding="utf-8")
        (folder / "gateway.toml").write_text(_SOURCE, encoding="utf-8")
        document = Document.at(folder / "gateway.toml")
        gateway, place = Workshop().build(document, 1), place_of(document.settings(), folder)
        store = open_store(place)
        migrate(store.database)
        store.close()
        print(f"{'attack':<46}{'bytes':>9}  {'refused as':<20}{'CPU ms':>8}{'peak +MB':>10}")
        for attack in ATTACKS:
            sys.stdout.flush()
            child = os.fork()
            if not child:
                _measure(attack, gateway, place)
                sys.stdout.flush()
                os._exit(0)
            os.waitpid(child, 0)


def _drop(_logger: object, _method: str, _event: object) -> dict[str, object]:
    raise structlog.DropEvent


def _measure(attack: Attack, gateway: Gateway, place: Place) -> None:
    store = open_store(place)
    door = Door(Current(gateway, lambda _number: gateway), store.inbox, "http://localhost")
    made = environ(attack)
    size = len(made["wsgi.input"].getvalue()) or len(made["QUERY_STRING"])
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _kilobytes("VmRSS")
    took = []
    for _ in range(_TIMES):
        made["wsgi.input"].seek(0)
        started = time.process_time()
        answer = door.answer(made)
        took.append((time.process_time() - started) * 1000)
    grown = (_kilobytes("VmHWM") - before) / 1024
    print(
        f"{attack.name:<46}{size:>9}  {reason_of(answer) or 'accepted':<20}{statistics.median(took):8.1f}{grown:10.0f}"
    )


def _kilobytes(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1])


if __name__ == "__main__":
    main()

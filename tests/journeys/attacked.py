"""A gateway in this process that is attacked over HTTP: what a call costs, what is told of it and what is kept."""

from __future__ import annotations

import json
import signal
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from structlog.testing import capture_logs

from gateway.assembly import Workshop
from gateway.current import Current
from gateway.model.request import Answer
from gateway.receiver import Door
from gateway.settings import Document
from gateway.store.migrate import migrate
from gateway.store.place import SqliteFile
from gateway.store.store import Store, open_store
from tests.attacks import ACCEPTED, CONTRACT, Attack, environ, reason_of

CEILING = 3.0
"""Seconds of CPU. What is refused takes some hundredths of it: what fails here is of another order, no busy machine."""
MAX_BODY = 4 * 2**20
_MOST_MEMORY = 15 * MAX_BODY
_GIVEN_UP = 5.0
_FEW_WORDS = 4_000
_SHORT_ANSWER = 256 * 1024
_LARGE = 10**6
"""Bytes from which on the memory of a call is looked at, too."""
_PROBLEM = {"type", "title", "status", "detail", "reason", "requestId", "violations"}
_SOURCE = '[sources.{0}]\ncontract = "contract.toml"\nreading = "{0}"\nauthenticate = {{ kind = "anonymous" }}\n'


@dataclass(frozen=True)
class Attacked:
    """The endpoints of one contract, `strict` and `lenient`, and the store behind them."""

    door: Door
    store: Store

    @classmethod
    @contextmanager
    def at(cls, folder: Path) -> Iterator[Attacked]:
        (folder / "contract.toml").write_text(CONTRACT, encoding="utf-8")
        text = "".join(_SOURCE.format(name) for name in ("lenient", "strict"))
        (folder / "gateway.toml").write_text(text, encoding="utf-8")
        gateway = Workshop().build(Document.at(folder / "gateway.toml"), 1)
        with closing(open_store(SqliteFile(folder / "gateway.db", folder / "gateway.lock"))) as store:
            migrate(store.database)
            yield cls(Door(Current(gateway, lambda _number: gateway), store.inbox, "http://localhost"), store)

    def holds_off(self, attack: Attack, source: str = "lenient") -> None:
        """It is refused for its reason, or harmless: at once, within bounds, told and recorded in few words."""
        made = environ(attack, source)
        with _given_up_after(_GIVEN_UP), capture_logs() as lines:
            started = time.process_time()
            answer = self.door.answer(made)
            took = time.process_time() - started
        assert attack.reason == reason_of(answer), answer.body[:1000]
        assert took < CEILING, f"{took:.1f} s of CPU"
        assert len(answer.body) < _SHORT_ANSWER, f"an answer of {len(answer.body)} bytes"
        if attack.reason != ACCEPTED:
            self._is_told_in_few_words(answer, lines)
        if len(made["wsgi.input"].getvalue()) > _LARGE:
            made["wsgi.input"].seek(0)
            most = _memory_of(lambda: self.door.answer(made))
            assert most < _MOST_MEMORY, f"{most / 2**20:.0f} MB"

    def _is_told_in_few_words(self, answer: Answer, lines: list[Any]) -> None:
        problem = json.loads(answer.body)
        assert set(problem) == _PROBLEM
        assert answer.status == problem["status"]
        (line,) = lines
        assert len(repr(line)) < _FEW_WORDS, f"a line of {len(repr(line))} characters"
        self.store.inbox.flush()
        recorded = self.store.history.request(problem["requestId"])
        assert recorded is not None
        assert problem["reason"] == recorded["reason"]
        assert len(recorded["detail"]) < _FEW_WORDS, f"a detail of {len(recorded['detail'])} characters"
        assert len(json.dumps(recorded["violations"])) < 2 * _SHORT_ANSWER


@contextmanager
def _given_up_after(seconds: float) -> Iterator[None]:
    """Break off what would take for ever; the door tells it as a bug of ours."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"{seconds} s of CPU")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _memory_of(call: Callable[[], object]) -> int:
    """The most bytes that Python held for `call` at once."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        call()
        _, most = tracemalloc.get_traced_memory()
        return most - before
    finally:
        tracemalloc.stop()


def an_object(**values: object) -> bytes:
    return json.dumps({"call_id": "1", **values}).encode()


def named(attack: Attack) -> str:
    return attack.name

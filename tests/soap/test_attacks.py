"""Whatever a stranger sends costs little, reaches nobody else, and is told and recorded in few words."""

from __future__ import annotations

import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from structlog.testing import capture_logs

from gateway.model.request import Answer
from tests.soap.attacks import ENTITIES, FILE, TEXTS, TRAP, Attack
from tests.soap.attacks_of_shape import REFERENCES, SHAPES
from tests.soap.calling import Endpoint, an_environ

ATTACKS = [*ENTITIES, *TEXTS, *SHAPES, *REFERENCES]
CEILING = 3.0
"""Seconds of CPU. Each takes some hundredths of it: what fails here is of another order, not a busy machine."""
_GIVEN_UP = 5.0
_FEW_WORDS = 4_000
_REASON = re.compile(rb"<code>(\w+)</code>")


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    made = Endpoint.of(tmp_path_factory.mktemp("attacked"))
    yield made
    made.store.close()


@contextmanager
def given_up_after(seconds: float) -> Iterator[None]:
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


def reason_of(answer: Answer) -> str:
    """What a call was refused for; "" where it was accepted."""
    found = _REASON.search(answer.body)
    assert (answer.status in (200, 202)) == (found is None)
    return found[1].decode() if found else ""


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_taken_for_what_it_is_in_little_time(endpoint: Endpoint, attack: Attack) -> None:
    environ = an_environ(attack.body(), source=attack.source, **attack.more)
    with given_up_after(_GIVEN_UP), capture_logs() as lines:
        started = time.process_time()
        answer = endpoint.door.answer(environ)
        took = time.process_time() - started
    assert attack.reason == reason_of(answer)
    assert took < CEILING
    (line,) = lines
    assert len(repr(line)) < _FEW_WORDS
    assert len(answer.body) < 256 * 1024
    if attack.reason:
        assert_on_record_in_few_words(endpoint, answer)


def assert_on_record_in_few_words(endpoint: Endpoint, answer: Answer) -> None:
    endpoint.store.inbox.flush()
    recorded = endpoint.store.history.request(answer.headers["Gateway-Request-Id"])
    assert recorded is not None
    assert reason_of(answer) == recorded["reason"]
    assert len(recorded["detail"]) < _FEW_WORDS
    assert len(repr(recorded["violations"])) < 512 * 1024


def test_nobody_is_called_and_no_file_is_read(endpoint: Endpoint, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/trap"
        for attack in ENTITIES:
            body = attack.body()
            if isinstance(body, str):
                body = body.replace(TRAP, address).replace(FILE, secret.as_uri())
                answer = endpoint.call(body, source=attack.source, **attack.more)
                assert b"hunter2" not in answer.body
        with pytest.raises(BlockingIOError):
            trap.accept()
        socket.create_connection(trap.getsockname()).close()
        trap.setblocking(True)
        trap.accept()[0].close()


def test_an_announced_body_that_is_too_long_is_not_read(endpoint: Endpoint) -> None:
    environ = an_environ(b"x" * 1_000_000, CONTENT_LENGTH="104857600")
    assert "too_large" == reason_of(endpoint.door.answer(environ))
    assert environ["wsgi.input"].tell() <= 256 * 1024

"""Wake-up: a bell rings whoever listens, and waits for nobody."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store.wakeup import Bell, listen, unlisten


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bell(tmp_path: Path, clock: Clock) -> Iterator[Bell]:
    with closing(Bell(tmp_path, clock)) as made:
        yield made


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[socket.socket]:
    listening = listen(tmp_path)
    yield listening
    unlisten(listening)


def test_a_bell_rings_a_listening_socket(worker: socket.socket, bell: Bell) -> None:
    bell.ring()
    assert b"!" == worker.recv(16)


def test_a_bell_rings_every_worker(tmp_path: Path, worker: socket.socket, bell: Bell) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(tmp_path / "other.wake"))
        other.setblocking(False)
        bell.ring()
        assert [b"!", b"!"] == [worker.recv(16), other.recv(16)]


def test_a_worker_that_hears_nothing_does_not_wait(worker: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        worker.recv(16)


def test_a_bell_never_waits_for_a_worker_that_reads_nothing(worker: socket.socket, bell: Bell) -> None:
    def ring() -> None:
        for _ in range(5000):
            bell.ring()

    ringing = threading.Thread(target=ring, daemon=True)
    ringing.start()
    ringing.join(5)
    assert not ringing.is_alive()
    assert b"!" == worker.recv(16)


def test_a_worker_that_is_gone_holds_back_no_other(tmp_path: Path, worker: socket.socket, bell: Bell) -> None:
    for name in ("0.wake", "z.wake"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as gone:
            gone.bind(str(tmp_path / name))
    bell.ring()
    assert b"!" == worker.recv(16)


def test_a_bell_finds_a_worker_that_came_later(tmp_path: Path, bell: Bell, clock: Clock) -> None:
    bell.ring()
    listening = listen(tmp_path)
    clock.seconds += 1.1
    bell.ring()
    assert b"!" == listening.recv(16)
    unlisten(listening)


def test_a_bell_without_workers_or_folder_is_silent(tmp_path: Path, clock: Clock) -> None:
    with closing(Bell(tmp_path / "missing", clock)) as alone:
        alone.ring()
    assert [] == list(tmp_path.iterdir())


def test_listening_makes_the_folder_and_takes_the_place_of_a_dead_process_with_this_number(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    listen(folder).close()
    listening = listen(folder)
    assert [Path(listening.getsockname())] == list(folder.iterdir())
    unlisten(listening)
    assert [] == list(folder.iterdir())

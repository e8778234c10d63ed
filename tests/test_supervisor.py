"""One process tree: restarted when a child dies, given up when they die too often, drained when told to stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.parent import PARENT
from gateway.settings import Settings
from gateway.supervisor import (
    check_addresses,
    clean,
    environment,
    hold_pid_file,
    metrics_folder,
    readiness,
    web_command,
)
from gateway.toml import checked
from tests import ROOT
from tests.running import free_port, wait_for

_TREE = """
import json, os, sys
from pathlib import Path
from gateway.supervisor import Child, Supervisor
from gateway.telemetry import logs
logs.set_up("json", "info")
folder, drain, *commands = sys.argv[1:]
def touch(name):
    return lambda: (Path(folder) / name).touch()
tree = Supervisor(
    children=[Child(f"child {n}", ["sh", "-c", one], dict(os.environ)) for n, one in enumerate(commands)],
    is_ready=(Path(folder) / "started").exists, on_ready=touch("ready"), reload=touch("reloaded"), drain=float(drain),
)
sys.exit(tree.run())
"""
_LIVES = 'echo $$ >> "$FOLDER/started"; exec sleep 30'
_DIES = "exit 7"
_STUBBORN = 'trap "" TERM; touch "$FOLDER/started"; while :; do sleep 0.1; done'
_DRAINS = (
    'trap \'echo drained > "$FOLDER/drained"; exit 0\' TERM; touch "$FOLDER/started"; while :; do sleep 0.05; done'
)


@contextmanager
def a_tree(folder: Path, *commands: str, drain: float = 5) -> Iterator[subprocess.Popen[str]]:
    tree = subprocess.Popen(
        [sys.executable, "-c", _TREE, str(folder), f"{drain:g}", *commands],
        cwd=ROOT, env=os.environ | {"FOLDER": str(folder)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield tree
    finally:
        if tree.poll() is None:
            tree.terminate()
        tree.communicate()


def ended(tree: subprocess.Popen[str]) -> tuple[int, list[dict[str, object]]]:
    """Its exit code, and the lines of its log."""
    _, told = tree.communicate(timeout=20)
    return tree.returncode, [json.loads(line) for line in told.splitlines()]


def stopped(tree: subprocess.Popen[str]) -> tuple[int, list[dict[str, object]]]:
    tree.send_signal(signal.SIGTERM)
    return ended(tree)


def pids(folder: Path) -> list[int]:
    """The children that said they run, one after another."""
    try:
        return [int(line) for line in (folder / "started").read_text(encoding="ascii").split()]
    except FileNotFoundError:
        return []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_lets_its_children_drain_and_exits_0(tmp_path: Path, number: signal.Signals) -> None:
    with a_tree(tmp_path, _DRAINS) as tree:
        wait_for((tmp_path / "ready").exists)
        tree.send_signal(number)
        assert (0, []) == ended(tree)
    assert (tmp_path / "drained").exists()


def test_what_does_not_drain_in_time_is_killed(tmp_path: Path) -> None:
    # Five seconds are added before the kill; a test has no time for them.
    with a_tree(tmp_path, _STUBBORN, drain=-4.8) as tree:
        wait_for((tmp_path / "ready").exists)
        started = time.monotonic()
        code, lines = stopped(tree)
    assert (0, ["child.killed"]) == (code, [line["event"] for line in lines])
    assert time.monotonic() - started < 5


def test_a_dead_child_is_started_again_after_a_while_that_grows(tmp_path: Path) -> None:
    with a_tree(tmp_path, _LIVES) as tree:
        (first,) = wait_for(lambda: pids(tmp_path))
        os.kill(first, signal.SIGKILL)
        killed = time.monotonic()
        wait_for(lambda: len(pids(tmp_path)) == 2)
        assert 0.9 <= time.monotonic() - killed <= 3
        os.kill(pids(tmp_path)[1], signal.SIGKILL)
        time.sleep(0.2)
        code, lines = stopped(tree)
    assert 0 == code
    assert [("child.died", "child 0", -9, 1.0), ("child.died", "child 0", -9, 2.0)] == [
        (line["event"], line["child"], line["code"], line["restart_in_s"]) for line in lines
    ]


def test_the_others_live_on_when_one_dies(tmp_path: Path) -> None:
    with a_tree(tmp_path, _DIES, _LIVES) as tree:
        (alive,) = wait_for(lambda: pids(tmp_path))
        time.sleep(0.2)
        os.kill(alive, 0)
        assert tree.poll() is None


def test_five_deaths_in_a_minute_are_the_end_of_all(tmp_path: Path) -> None:
    with a_tree(tmp_path, *[_DIES] * 5, _LIVES) as tree:
        code, lines = ended(tree)
        (alive,) = pids(tmp_path)
        with pytest.raises(ProcessLookupError):
            os.kill(alive, 0)
    assert 1 == code
    assert [*["child.died"] * 5, "supervisor.gives_up"] == [line["event"] for line in lines]


def test_four_deaths_are_not(tmp_path: Path) -> None:
    with a_tree(tmp_path, *[_DIES] * 4, _LIVES) as tree:
        wait_for(lambda: pids(tmp_path))
        time.sleep(0.2)
        code, lines = stopped(tree)
    assert (0, 4) == (code, len(lines))


def test_a_hup_reloads_and_ends_nothing(tmp_path: Path) -> None:
    with a_tree(tmp_path, _LIVES) as tree:
        wait_for((tmp_path / "ready").exists)
        tree.send_signal(signal.SIGHUP)
        wait_for((tmp_path / "reloaded").exists)
        assert tree.poll() is None


def test_a_second_tree_on_the_same_data_is_refused(tmp_path: Path) -> None:
    held = hold_pid_file(tmp_path / "var")
    assert f"{os.getpid()}\n" == (tmp_path / "var/run.pid").read_text(encoding="ascii")
    with pytest.raises(ConfigError) as caught:
        hold_pid_file(tmp_path / "var")
    told = f"data_dir: a gateway already runs on {tmp_path / 'var'}, process {os.getpid()} (stop it first)"
    assert told == str(caught.value)
    os.close(held)


def test_what_a_tree_that_is_gone_left_refuses_nobody(tmp_path: Path) -> None:
    (tmp_path / "run.pid").write_text("4194304000\n", encoding="ascii")
    held = hold_pid_file(tmp_path)
    assert f"{os.getpid()}\n" == (tmp_path / "run.pid").read_text(encoding="ascii")
    os.close(held)
    os.close(hold_pid_file(tmp_path))


def test_what_an_earlier_tree_left_in_the_runtime_folder_is_cleaned(tmp_path: Path) -> None:
    metrics_folder(tmp_path).mkdir()
    for name in ("metrics/counter_1.db", "1.wake"):
        (tmp_path / name).touch()
    clean(tmp_path)
    assert [metrics_folder(tmp_path)] == list(tmp_path.rglob("*"))


def test_every_child_knows_the_configuration_the_drain_and_its_parent(tmp_path: Path) -> None:
    told = environment(tmp_path / "gateway.toml", tmp_path, 2.5)
    assert {
        "GATEWAY_CONFIG": str(tmp_path / "gateway.toml"), "GATEWAY_DRAIN": "2.5",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"), PARENT: str(os.getpid()),
    } == {name: value for name, value in told.items() if os.environ.get(name) != value}  # fmt: skip


def test_the_web_is_gunicorn_with_our_configuration(tmp_path: Path) -> None:
    expected = [sys.executable, "-m", "gunicorn", "-c", f"{tmp_path}/conf.py", "gateway.wsgi:application"]
    assert expected == web_command(tmp_path / "conf.py")


@pytest.fixture
def answers() -> Iterator[list[int]]:
    """The statuses that a web of ours answers with, and at last the port it listens on."""
    statuses = [200]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(statuses[0] if self.path == "/readyz" else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    statuses.append(server.server_address[1])
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield statuses
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("host", "status", "listening", "expected"),
    [
        ("127.0.0.1", 200, 2, True),
        ("0.0.0.0", 200, 2, True),  # noqa: S104 - nothing is bound
        ("127.0.0.1", 503, 2, False),
        ("127.0.0.1", 200, 1, False),
    ],
)
def test_ready_is_when_the_web_answers_and_every_worker_listens(
    tmp_path: Path, answers: list[int], host: str, status: int, listening: int, expected: bool
) -> None:
    answers[0] = status
    settings = checked(Settings, {"listen": f"{host}:{answers[1]}", "worker_processes": 2}, "")
    for number in range(listening):
        (tmp_path / f"{number}.wake").touch()
    assert expected is readiness(settings, tmp_path)()


def test_where_nothing_answers_it_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "1.wake").touch()
    settings = checked(Settings, {"listen": f"127.0.0.1:{free_port()}"}, "")
    assert not readiness(settings, tmp_path)()


def test_an_address_that_is_taken_is_told_before_anything_starts() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError) as error:
            check_addresses(Settings.model_validate({"listen": f"127.0.0.1:{port}"}))
    assert ("listen", f"can't listen at 127.0.0.1:{port}: Address already in use") == (
        error.value.path,
        error.value.message,
    )

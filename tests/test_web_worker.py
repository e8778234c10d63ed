"""gunicorn's worker at its end: idle connections are closed, and only these."""

from __future__ import annotations

import os
import subprocess
import sys

from tests import ROOT

_A_CALL_THAT_COMES_JUST_THEN = """
from gevent import monkey
monkey.patch_all()
import os
import gevent
from gevent.event import Event
from types import SimpleNamespace
from gateway.web_worker import WebWorker

worker = WebWorker.__new__(WebWorker)
worker.alive, worker.ppid, worker._idle = False, os.getppid(), set()
worker.tmp, worker.cfg = SimpleNamespace(notify=lambda: None), SimpleNamespace(keepalive=75)
arrives, never = Event(), Event()

def connection(name, arrives):
    try:
        with worker.timeout_ctx():
            arrives.wait()
    except StopIteration:
        print(name, "closed while it was idle")
        return
    try:
        gevent.sleep(0.05)  # as a commit
        print(name, "answered 202")
    except BaseException as error:
        print(name, f"answered 500: {type(error).__name__} in the middle of a call")

both = [gevent.spawn(connection, "busy", arrives), gevent.spawn(connection, "idle", never)]
gevent.sleep(0.01)
arrives.set()
worker.notify()
gevent.joinall(both)
"""


def test_a_call_that_comes_while_idle_connections_are_closed_is_answered() -> None:
    command = [sys.executable, "-c", _A_CALL_THAT_COMES_JUST_THEN]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT, env=os.environ)
    assert ["busy answered 202", "idle closed while it was idle"] == sorted(done.stdout.splitlines()), done.stderr

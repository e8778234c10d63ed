"""gunicorn's gevent worker, which shares connections fairly with its siblings and at its end waits for no idle one."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import gevent
from gevent.server import StreamServer
from gunicorn.workers import ggevent

_A_TURN = 0.0001
"""Seconds that a process leaves to its siblings before it accepts again, for each connection it has."""
_MOST_TURNS = 10


class _FairServer(StreamServer):
    """Accepts later the more connections it has: else one process takes a whole burst while the others wake up."""

    def do_handle(self, *args: Any) -> None:  # noqa: ANN401 - gevent's signature
        super().do_handle(*args)
        server: Any = self  # gevent's types leave out what it does itself after an error that may pass
        has = server.pool.size - server.pool.free_count()
        server.stop_accepting()
        server._timer = server.loop.timer(min(has, _MOST_TURNS) * _A_TURN)  # noqa: SLF001
        server._timer.start(server._start_accepting_if_started)  # noqa: SLF001


# gunicorn names the class of its server nowhere else.
ggevent.StreamServer = _FairServer


class _Idle:
    """While a connection waits for its next request: gunicorn's own time limit, and a place in the set of idle ones."""

    __slots__ = ("_idle", "_timeout")

    def __init__(self, idle: set[Any], seconds: float) -> None:
        self._idle = idle
        self._timeout = gevent.Timeout(seconds)

    def __enter__(self) -> None:
        self._idle.add(gevent.getcurrent())
        self._timeout.start()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: TracebackType | None) -> bool:
        self._idle.discard(gevent.getcurrent())
        self._timeout.close()
        return error is self._timeout


class WebWorker(ggevent.GeventWorker):  # type: ignore[misc] # gunicorn is untyped
    """Closes idle connections once it is told to stop; calls under way are finished."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._idle: set[Any] = set()

    def timeout_ctx(self) -> _Idle:
        """What gunicorn wraps around waiting for a request."""
        return _Idle(self._idle, self.cfg.keepalive)

    def notify(self) -> None:
        """Called about once a second, also while draining."""
        super().notify()
        if not self.alive:
            for greenlet in list(self._idle):
                gevent.get_hub().loop.run_callback(self._close, greenlet)

    def _close(self, greenlet: Any) -> None:  # noqa: ANN401 - gevent's
        """End the waiting of `greenlet`, unless a request has come since: that is answered first."""
        if greenlet in self._idle:
            # What gunicorn's own parser raises where a connection has no further request.
            greenlet.throw(StopIteration())

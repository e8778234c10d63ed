"""gunicorn's gevent worker, which at its end does not wait for connections that ask for nothing."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import gevent
from gunicorn.workers.ggevent import GeventWorker


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


class WebWorker(GeventWorker):  # type: ignore[misc] # gunicorn is untyped
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
                # What gunicorn's own parser raises where a connection has no further request.
                greenlet.kill(StopIteration(), block=False)

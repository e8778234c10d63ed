"""A phone system's archive, played: the recordings that posts link, after a while, for who has the password."""

from __future__ import annotations

import hmac
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from gateway.simulator.recordings import LOG_IN_PAGE, MEDIA_TYPE, Recording, State, file_at

_STATUSES = {State.THERE: 200, State.MISSING: 404, State.ENCODING: 202, State.LOG_IN: 200}


class Archive:
    """The recordings at `place`, each there `late` seconds after it was first asked for. Raises OSError.

    `user` is USER:PASSWORD; without one anybody is let in.
    """

    def __init__(
        self, place: tuple[str, int], recordings: Mapping[str, Recording], *, late: float, user: str | None = None
    ) -> None:
        self.fetched: set[str] = set()
        """The files that somebody got whole."""
        self.told: dict[str, list[State]] = {}
        """What was answered for each file, one after the other."""
        self._recordings, self._late = recordings, late
        self._proof = None if user is None else f"Basic {b64encode(user.encode()).decode()}"
        self._asked: dict[str, float] = {}
        self._lock = threading.Lock()
        self._server = _Server(place, _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def lets_in(self, proof: str) -> bool:
        """Whether a caller that proves itself so is let in."""
        return self._proof is None or hmac.compare_digest(proof.encode(), self._proof.encode())

    def asked(self, target: str) -> tuple[State, Recording | None]:
        """What is at the path and query `target` now."""
        recording = self._recordings.get(file_at(target))
        if recording is None:
            return State.MISSING, None
        now = time.monotonic()
        with self._lock:
            waited = now - self._asked.setdefault(recording.file, now)
            state = recording.state(waited, self._late)
            self.told.setdefault(recording.file, []).append(state)
        return state, recording

    def wait(self, seconds: float) -> bool:
        """Until everything was fetched, at most so long; whether it was."""
        deadline = time.monotonic() + seconds
        while not (is_done := self.fetched >= self._recordings.keys()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return is_done

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_args: Any) -> None:  # noqa: ANN401 - socketserver's
        """Say nothing: who hung up comes again."""


def _handler(archive: Archive) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not archive.lets_in(self.headers.get("Authorization", "")):
                self._answer(401, "text/plain", 0, {"WWW-Authenticate": 'Basic realm="recordings"'})
                return
            state, recording = archive.asked(self.path)
            if state is State.THERE and recording is not None:
                self._answer(200, MEDIA_TYPE, recording.size)
                for piece in recording.pieces():
                    self.wfile.write(piece)
                archive.fetched.add(recording.file)
                return
            page = LOG_IN_PAGE if state is State.LOG_IN else b""
            self._answer(_STATUSES[state], "text/html" if page else "text/plain", len(page))
            self.wfile.write(page)

        def _answer(self, status: int, media_type: str, size: int, more: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": media_type, "Content-Length": str(size), **(more or {})}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    return Handler

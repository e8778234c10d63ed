"""The system behind the gateway, for a demonstration: it takes what is delivered, and keeps it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_ARRIVES_WITHIN = 30
Arrivals = Callable[[Collection[str]], dict[str, dict[str, Any]]]
"""What arrived of the events of these ids, by id, once all did or the time is up."""


class Downstream:
    """A small system on `port` of this machine."""

    def __init__(self, port: int) -> None:
        self.arrived: list[dict[str, Any]] = []
        arrived = self.arrived

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                arrived.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def once(self, is_there: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """What arrived, once it is as is wanted or the time is up."""
        deadline = time.monotonic() + _ARRIVES_WITHIN
        while not is_there(list(self.arrived)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return list(self.arrived)

    def arrivals(self, event_ids: Collection[str]) -> dict[str, dict[str, Any]]:
        """What arrived of these."""
        deadline = time.monotonic() + _ARRIVES_WITHIN
        while True:
            by_id = {one["id"]: one for one in self.arrived if one["id"] in event_ids}
            if len(by_id) == len(set(event_ids)) or time.monotonic() > deadline:
                return by_id
            time.sleep(0.05)

"""The Flask application: the front door, health, metrics. Which address a call came to is read from the socket."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException

from gateway.admin import calls, guide
from gateway.current import Current
from gateway.errors import StoreUnavailable
from gateway.model.address import PREFIX
from gateway.model.delivery import State
from gateway.readiness import readiness
from gateway.receiver import Door, wsgi_response
from gateway.settings import Settings
from gateway.store.history import History
from gateway.store.store import Store
from gateway.telemetry import metrics
from gateway.values import Secret

_UNFINISHED = (State.WAITING, State.CLAIMED, State.DEAD)
_PATIENCE = 3.0
"""Seconds in which a store answers that can be used."""
_ON_BOTH = ("/healthz", "/readyz")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class GatewayApp(Flask):
    """Flask, with a thin door before its routing: that routing costs a call as much as all we do for it."""

    def __init__(self, door: Door, is_admin: Callable[[Environ], bool | None]) -> None:
        super().__init__("gateway", static_folder=None)
        self.door = door
        self.is_admin = is_admin

    def wsgi_app(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Calls go to the door, all else to Flask's routing."""
        # An address that ends in a slash, with a path after it, begins with two.
        if environ["PATH_INFO"].lstrip("/").startswith(PREFIX[1:]) and not self.is_admin(environ):
            return wsgi_response(self.door.answer(environ), start_response)
        return super().wsgi_app(environ, start_response)


def create_app(settings: Settings, store: Store, door: Door, metrics_folder: str | None = None) -> GatewayApp:
    """The application, over a store that is open and a configuration that is built."""
    app = GatewayApp(door, _listener_test(settings))
    app.register_blueprint(guide.pages(door.current, door.base_url))
    app.register_blueprint(calls.pages(store.database, door.apart))
    backlog = StoredBacklog(store.history, door.current)

    @app.before_request
    def _each_address_has_its_pages() -> None:
        if request.path in _ON_BOTH:
            return
        if app.is_admin(request.environ) is False:
            abort(404, f"nothing here; calls go to {PREFIX}<source>")
        if settings.admin.token is not None and not _knows(settings.admin.token):
            abort(Response("a token is needed\n", 401, {"WWW-Authenticate": 'Bearer, Basic realm="gateway admin"'}))

    @app.get("/healthz")
    def healthz() -> Response:
        return _json({"status": "ok"})

    @app.get("/readyz")
    def readyz() -> Response:
        limit = door.time_limit(_PATIENCE, StoreUnavailable(f"no answer within {_PATIENCE:g} s"))
        found = readiness(door.current, store.revisions, limit)
        return _json(found.document, found.status)

    @app.get("/metrics")
    def exposed() -> Response:
        return Response(
            metrics.exposition(metrics_folder, backlog), content_type="text/plain; version=0.0.4; charset=utf-8"
        )

    @app.errorhandler(HTTPException)
    def problem(error: HTTPException) -> Response:
        document = {"type": "about:blank", "title": error.name, "status": error.code, "detail": error.description}
        answer = _json(document, error.code or 500, "application/problem+json")
        answer.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
        return answer

    return app


@dataclass(frozen=True, slots=True)
class StoredBacklog:
    """What of the store is measured when metrics are asked for."""

    history: History
    current: Current

    def _destinations(self) -> list[str]:
        """Those that are configured, and those that are not and have deliveries waiting."""
        configured = self.current.gateway.destinations
        return [*configured, *(name for name, _ in self.history.unconfigured(configured))]

    def counts(self) -> Iterator[tuple[str, str, int]]:
        """(destination, state, deliveries) of what is not finished, or dead."""
        for name in self._destinations():
            for state in _UNFINISHED:
                yield name, state.value, self.history.backlog(name, state)

    def waiting_seconds(self) -> Iterator[tuple[str, float]]:
        """(destination, seconds) since its oldest waiting delivery was made; 0 where none waits."""
        now = datetime.now(UTC)
        for name in self._destinations():
            oldest = self.history.oldest_waiting(name)
            yield name, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def _knows(token: Secret) -> bool:
    """Whether the caller has the token, as a Bearer token or as the password of HTTP Basic."""
    given = request.authorization
    said = (given.token or given.password or "") if given is not None else ""
    return hmac.compare_digest(said.encode(), token.reveal().encode())


def _json(document: object, status: int = 200, content_type: str = "application/json") -> Response:
    return Response(json.dumps(document) + "\n", status, content_type=content_type)


def _listener_test(settings: Settings) -> Callable[[Environ], bool | None]:
    """Whether a call came to the admin's address; None where neither address is told, as with a test client."""
    public, admin = settings.listen, settings.admin.listen

    def is_admin(environ: Environ) -> bool | None:
        port, name = environ.get("SERVER_PORT"), environ.get("SERVER_NAME")
        if public[1] == admin[1]:
            return bool(name == admin[0])
        return {str(admin[1]): True, str(public[1]): False}.get(str(port))

    return is_admin

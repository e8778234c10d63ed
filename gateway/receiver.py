"""The front door: `/in/<source>[/v<N>][/<event>]`, its documents, and what callers are answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from gateway import cors
from gateway.admission import Admission
from gateway.current import Current
from gateway.documents import NAMES, PAGE, Published
from gateway.errors import Internal, Refusal, TimedOut
from gateway.incoming import Body, Timed
from gateway.model.address import address_in
from gateway.model.receipt import Receipt, Status
from gateway.model.request import Answer, Request
from gateway.pipeline import Apart, Gateway, in_place
from gateway.store.inbox import Inbox
from gateway.telemetry import metrics
from gateway.telemetry.logs import log

Environ = Mapping[str, Any]
TimeLimit = Callable[[float, Exception], AbstractContextManager[object]]
"""Raises the exception inside its block once the seconds have passed; the server that runs us knows how."""


_ALLOWED = "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"


@dataclass(frozen=True, slots=True)
class Door:
    """Everything a call needs, whatever server it came by."""

    current: Current
    inbox: Inbox
    base_url: str
    time_limit: TimeLimit = lambda _seconds, _error: nullcontext()
    body_seconds: float = 30.0
    """How long a caller may take to send a body."""
    apart: Apart = in_place
    """Runs what takes long, while other calls go on."""
    breathe: Callable[[], None] = lambda: None
    """Lets other calls go on for a moment."""
    admission: Admission | None = None
    """Who may come in now; None where everybody may."""
    published: Published = field(default_factory=Published)

    def answer(self, environ: Environ) -> Answer:
        """Take a call from its WSGI environ to its answer. Never raises."""
        gateway = self.current.gateway
        request = request_of(environ, gateway.new_id(), datetime.now(UTC), self._timed, self.breathe)
        answer = cors.shared(gateway.sources.get(request.source), request, self._answer(gateway, request))
        return _identified(answer, request)

    def _timed(self, seconds: float | None) -> AbstractContextManager[object]:
        """A limit of `seconds`, by default those for a body."""
        limit = self.body_seconds if seconds is None else seconds
        return self.time_limit(limit, TimedOut(f"the body did not arrive within {limit:g} s"))

    def _answer(self, gateway: Gateway, request: Request) -> Answer:
        started = time.perf_counter()
        try:
            return self._answered(gateway, request, started)
        except Refusal as error:
            return self._refused(gateway, request, error, started)
        except Exception:  # our bug: the caller gets a fault of their dialect, the operator the traceback
            log.exception("request.bug", request_id=request.request_id, source=request.source)
            return self._refused(gateway, request, Internal("an internal error; the operator has its details"), started)
        finally:
            _finish(request)

    def _answered(self, gateway: Gateway, request: Request, started: float) -> Answer:
        if request.method in ("HEAD", "OPTIONS"):
            source = gateway.source_of(request)
            headers = {"Allow": _ALLOWED, **cors.preflight(source, request)}
            return Answer(204, headers=headers) if request.method == "OPTIONS" else self._head(gateway, request)
        document = self._document(gateway, request) if request.method == "GET" else None
        if document is not None:
            return document
        receipt = gateway.receive(request, self.inbox, self.apart, self.admission)
        _tell_accepted(request, receipt, started)
        return gateway.accept(request, receipt)

    def _head(self, gateway: Gateway, request: Request) -> Answer:
        """What GET would say of itself, for documents; never a call."""
        return self._document(gateway, request) or Answer(200)

    def _document(self, gateway: Gateway, request: Request) -> Answer | None:
        """The document or page that a GET asks for; None where it is a call."""
        source = gateway.sources.get(request.source)
        hidden = source.authenticator.parameters if source else frozenset()
        wanted = "&".join(one for one in request.query.split("&") if one.partition("=")[0] not in hidden).lower()
        asks_for_page = wanted == PAGE and "text/html" in request.headers.get("accept", "")
        if not asks_for_page and wanted not in NAMES:
            return None
        source = gateway.source_of(request)
        if not source.documents_are_public:
            source.authenticator.authenticate(request)
        return self.published.answer(gateway, source, wanted, self.base_url)

    def _refused(self, gateway: Gateway, request: Request, error: Refusal, started: float) -> Answer:
        answer = gateway.refuse(request, error)
        request.binding = request.binding or request.memo["dialect"]
        request.body = request.body or request.incoming.so_far
        self.inbox.refused(request, error)
        known = request.source if request.source in gateway.sources else ""
        metrics.requests.labels(known, request.binding, "refused", error.reason).inc()
        log.warning(
            "request.refused", request_id=request.request_id, source=request.source, binding=request.binding,
            method=request.method, path=request.path, reason=error.reason, status=answer.status, detail=error.detail,
            violations=len(error.violations), took_ms=_milliseconds(started),
        )  # fmt: skip
        return answer


def request_of(
    environ: Environ, request_id: str, received_at: datetime, timed: Timed, breathe: Callable[[], None] = lambda: None
) -> Request:
    """The request that a WSGI environ holds (PEP 3333), its body still on the wire."""
    path = "/" + environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace").lstrip("/")
    source, version, event = address_in(path)
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name, key in (("content-type", "CONTENT_TYPE"), ("content-length", "CONTENT_LENGTH")):
        if environ.get(key):
            headers[name] = environ[key]
    return Request(
        request_id=request_id,
        source=source,
        version=version,
        event=event,
        method=environ["REQUEST_METHOD"],
        path=path,
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        received_at=received_at,
        incoming=Body(environ["wsgi.input"], headers, timed, breathe),
    )


def _finish(request: Request) -> None:
    """Leave the connection at the next request's start, or closed: an unread body is drained, within bounds."""
    body = request.incoming
    if isinstance(body, Body) and not body.is_whole and not body.drain():
        # gunicorn goes on reading a body of any length before the next request, unless its reader is marked failed.
        body._stream.failed = True  # type: ignore[attr-defined]  # noqa: SLF001


def _identified(answer: Answer, request: Request) -> Answer:
    """`answer` with the request's id, by which the operator finds it."""
    return replace(answer, headers={**answer.headers, "Gateway-Request-Id": request.request_id})


def _tell_accepted(request: Request, receipt: Receipt, started: float) -> None:
    metrics.requests.labels(request.source, request.binding, receipt.status.value, receipt.reason).inc()
    if receipt.status is Status.QUARANTINED:
        log.warning(
            "request.quarantined", request_id=request.request_id, source=request.source, binding=request.binding,
            reason=receipt.reason, bytes=len(request.body), took_ms=_milliseconds(started),
        )  # fmt: skip
        return
    log.info(
        "event.received", request_id=request.request_id, event_ids=receipt.event_ids, source=request.source,
        binding=request.binding, status=receipt.status, bytes=len(request.body), took_ms=_milliseconds(started),
    )  # fmt: skip


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)


def wsgi_response(answer: Answer, start_response: Callable[..., object]) -> Iterable[bytes]:
    """Send `answer` as WSGI does."""
    phrase = HTTPStatus(answer.status).phrase
    headers = [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
    if answer.content_type:
        headers.insert(0, ("Content-Type", answer.content_type))
    start_response(f"{answer.status} {phrase}", headers)
    return [answer.body]

"""Cross-origin calls: pages of origins that a source names may call it from a browser (Fetch Standard §3.2).

Agent scripts of contact centres run in a browser. What no browser sends is not asked: a caller without Origin is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gateway.model.request import Answer, Request
from gateway.source import Source

_KEPT = "600"
"""Seconds in which a browser need not ask again."""
_LONGEST = 1000
_SHOWN = "Gateway-Event-Id, Gateway-Request-Id, Retry-After"


def preflight(source: Source, request: Request) -> Mapping[str, str]:
    """What a browser is told that asks whether it may call; nothing for a page that may not, or for who is none."""
    if "access-control-request-method" not in request.headers or not source.origins:
        return {}
    asked = request.headers.get("access-control-request-headers", "")
    allowed = {"Access-Control-Allow-Headers": asked} if asked and len(asked) <= _LONGEST else {}
    if not _is_allowed(source, request):
        return {"Vary": "Origin"}
    return {
        **_allowing(request),
        "Access-Control-Allow-Methods": request.headers["access-control-request-method"][:_LONGEST],
        **allowed,
        "Access-Control-Max-Age": _KEPT,
    }


def shared(source: Source | None, request: Request, answer: Answer) -> Answer:
    """`answer`, which the page that called may read, where its origin may."""
    if source is None or not source.origins:
        return answer
    if not _is_allowed(source, request):
        return replace(answer, headers={**answer.headers, "Vary": "Origin"})
    more = {**_allowing(request), "Access-Control-Expose-Headers": _SHOWN}
    return replace(answer, headers={**answer.headers, **more})


def _is_allowed(source: Source, request: Request) -> bool:
    return request.headers.get("origin", "").lower() in source.origins


def _allowing(request: Request) -> Mapping[str, str]:
    return {"Access-Control-Allow-Origin": request.headers["origin"], "Vary": "Origin"}

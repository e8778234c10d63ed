"""`/admin/calls[/<id>]`: the newest calls, and the time line of one, as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, request

from gateway.store.call_timeline import shown
from gateway.store.calls import listed
from gateway.store.engine import Database

_MOST = 1000
"""Calls in one answer."""
_USUAL = 50


def pages(database: Database, apart: Callable[[Callable[[], Any]], Any]) -> Blueprint:
    """What is asked of the store is asked `apart`, so that calls that come meanwhile don't wait for it."""
    made = Blueprint("calls", __name__)

    @made.get("/admin/calls")
    def calls() -> Response:
        limit = _limit(request.args.get("limit", str(_USUAL)))
        after = request.args.get("after")
        found = apart(lambda: list(listed(database, limit=limit + 1, after=after)))
        items = found[:limit]
        return _json({"items": items, "next": items[-1]["id"] if len(found) > limit else None})

    @made.get("/admin/calls/<path:subject>")
    def call(subject: str) -> Response:
        found = apart(lambda: shown(database, subject))
        if found is None:
            abort(404, f"no call {subject!r}")
        return _json(found)

    return made


def _limit(given: str) -> int:
    if not given.isdecimal() or not 0 < int(given) <= _MOST:
        abort(400, f"limit is a number from 1 to {_MOST}")
    return int(given)


def _json(document: object) -> Response:
    return Response(json.dumps(document, ensure_ascii=False) + "\n", content_type="application/json")

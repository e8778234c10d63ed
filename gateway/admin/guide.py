"""`/admin/sources/<name>/guide`: what to enter on the sender's side, as a page or as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Response, abort, request
from jinja2 import Environment, FileSystemLoader

from gateway.contracts.page import HEADERS, STYLE
from gateway.current import Current
from gateway.model.address import PREFIX

_PAGE = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
).get_template("guide.html")


def pages(current: Current, base_url: str) -> Blueprint:
    """The guide of each source in force; callers reach the endpoints at `base_url`."""
    made = Blueprint("guide", __name__)

    @made.get("/admin/sources/<name>/guide")
    def guide(name: str) -> Response:
        source = current.gateway.sources.get(name)
        if source is None or source.guide is None:
            abort(404, f"no source {name!r} has a guide")
        found = source.guide.document(name, f"{base_url}{PREFIX}{name}")
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            page = _PAGE.render(guide=found, style=STYLE)
            return Response(page, content_type="text/html; charset=utf-8", headers=HEADERS)
        return Response(json.dumps(found, ensure_ascii=False) + "\n", content_type="application/json")

    return made

"""All that an event has beside what a body names: RingCX's "send all script data"."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from gateway.model.extra import EXTRA
from gateway.model.scope import Scope


def rest_of(scope: Scope, taken: Container[str]) -> dict[str, Any]:
    """A route's fields, the data, and what was sent beside the contract, by names that aren't `taken`.

    What stands under `extra` gets its own name: that is where a script's fields are. Of two with one name the first
    in that order is kept.
    """
    data = scope.data
    declared = {name: value for name, value in data.items() if name != EXTRA}
    found: dict[str, Any] = {}
    for part in (scope.fields or {}, declared, data.get(EXTRA) or {}):
        for name, value in part.items():
            if name not in taken:
                found.setdefault(name, value)
    return found

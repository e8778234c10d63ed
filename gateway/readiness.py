"""Whether this process can do its work: the same question for web and worker, answered the same way."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from gateway.current import Current
from gateway.store.revisions import Revisions


@dataclass(frozen=True, slots=True)
class Readiness:
    """What `/readyz` says."""

    status: int
    document: dict[str, object]


def readiness(current: Current, revisions: Revisions, limit: AbstractContextManager[object] | None = None) -> Readiness:
    """Unready where the store can't be asked. A configuration that can't be built is told; the old one serves on.

    `limit` raises where asking takes too long.
    """
    problems = [f"configuration: {current.failed}"] if current.failed else []
    try:
        with limit or nullcontext():
            revisions.newest()
    except Exception as error:  # whatever it is: this process can record nothing
        return Readiness(503, {"status": "unready", "problems": [f"store: {error}", *problems]})
    return Readiness(200, {"status": "ready", "problems": problems})

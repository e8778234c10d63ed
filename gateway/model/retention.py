"""How long things are kept, by source: events, those that have a dead letter, requests in quarantine, and refusals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

_OURS = "/in/"


@dataclass(frozen=True, slots=True)
class Ages:
    """What may go once it is older than this; None is never."""

    events: timedelta | None = None
    dead: timedelta | None = None
    refused: timedelta | None = None
    quarantined: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The ages of each source; `default` are those of all others."""

    default: Ages = Ages()
    sources: Mapping[str, Ages] = field(default_factory=dict)

    def of(self, source: str) -> Ages:
        """The ages for a source, by its name or its CloudEvents source."""
        return self.sources.get(source.removeprefix(_OURS), self.default)

    def all(self) -> Iterator[Ages]:
        """The ages of every source."""
        yield self.default
        yield from self.sources.values()

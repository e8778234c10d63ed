"""What is entered on a sender's side so that it calls us: a form to fill in, once for each event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Row = tuple[str, str]
"""A field of a form, and what goes into it."""


def json_body(fields: Iterable[str]) -> str:
    r"""A JSON body with a tag for each field, quoted: as it is shown to be pasted, and known again when it is broken.

    >>> json_body(["uii", "ani"])
    '{\n  "uii": "#uii#",\n  "ani": "#ani#"\n}'
    """
    rows = ",\n".join(f'  "{name}": "#{name}#"' for name in fields)
    return f"{{\n{rows}\n}}"


@dataclass(frozen=True, slots=True)
class Service:
    """What is entered for one event."""

    event: str
    doc: str
    """What the event means."""
    path: str
    bind: str
    """Where it is chosen over there, once it is entered."""
    when: str
    fields: Sequence[str]

    @property
    def json(self) -> str:
        """Its body as JSON, to paste."""
        return json_body(self.fields)

    def document(self, address: str) -> dict[str, Any]:
        """It as a JSON document; `address` is the endpoint's."""
        return {
            "event": self.event,
            "doc": self.doc,
            "when": self.when,
            "bind": self.bind,
            "description": f"{self.event} to {address}",
            "url": f"{address}/{self.path}",
            "form": {name: f"#{name}#" for name in self.fields},
            "json": self.json,
        }


@dataclass(frozen=True, slots=True)
class Guide:
    """All that is entered for one source."""

    title: str
    where: str
    first: Sequence[str]
    form: Sequence[Row]
    credentials: Sequence[Row]
    last: Sequence[str]
    services: Sequence[Service]

    def document(self, source: str, address: str) -> dict[str, Any]:
        """It as a JSON document; `address` is where callers reach the endpoint."""
        return {
            "source": source,
            "title": self.title,
            "where": self.where,
            "first": list(self.first),
            "form": [list(row) for row in (*self.form, *self.credentials)],
            "services": [service.document(address) for service in self.services],
            "last": [line.replace("SOURCE", source) for line in self.last],
        }

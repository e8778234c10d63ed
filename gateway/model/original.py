"""The call that brought an event, as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Original:
    """The call that brought an event, as it is stored: its secrets are masked."""

    method: str
    headers: Mapping[str, str]
    """Names in lower case."""
    content_type: str
    body: bytes

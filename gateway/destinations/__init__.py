"""One module a kind: Options in, one call out. A kind returns a Reply, or raises Unavailable or Refused.

It knows nothing of retries, slots or dead letters: the core decides, the kind reports.
"""

from __future__ import annotations

from typing import Protocol

from gateway.model.delivery import Reply
from gateway.model.payload import Payload


class Destination(Protocol):
    """A configured place that events go to."""

    async def open(self) -> None:
        """Take what it needs of the event loop; called once, before the first delivery."""

    async def deliver(self, payload: Payload) -> Reply:
        """Bring `payload` to the far side. Raises Unavailable (again) or Refused (never again)."""

    async def close(self) -> None:
        """Give back what `open` took; it can be opened again."""

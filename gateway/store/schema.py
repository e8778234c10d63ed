"""Every table, whichever module declares it."""

from __future__ import annotations

from gateway.store import erasure_tables, join_tables
from gateway.store.tables import metadata

__all__ = ["erasure_tables", "join_tables", "metadata"]

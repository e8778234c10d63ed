"""Where events may come from, by the names that `from` gives it: sources, and what makes events itself."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.settings import Settings


def origins(settings: Settings) -> Mapping[str, str]:
    """CloudEvents sources by name: `pbx`, `destinations/recordings`, `joins/calls`."""
    return {
        **{name: f"/in/{name}" for name in settings.sources},
        **{f"destinations/{name}": f"/destinations/{name}" for name in settings.destinations},
        **{f"joins/{name}": f"/joins/{name}" for name in settings.joins},
    }

"""Where events may come from, by the names that `from` gives it: sources, and what makes events itself."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.model.join import OURS
from gateway.model.made import FROM_DESTINATIONS
from gateway.settings import Settings


def origins(settings: Settings) -> Mapping[str, str]:
    """CloudEvents sources by name: `pbx`, `destinations/recordings`, `joins/calls`."""
    return {
        **{name: f"/in/{name}" for name in settings.sources},
        **{f"destinations/{name}": f"{FROM_DESTINATIONS}{name}" for name in settings.destinations},
        **{f"joins/{name}": f"{OURS}{name}" for name in settings.joins},
    }

"""The reference in gateway/docs/reference/, made of the code: every setting, error, metric and command."""

from __future__ import annotations

from tests import ROOT
from tests.reference.commands import commands_page
from tests.reference.errors import errors_page
from tests.reference.metrics import metrics_page
from tests.reference.settings import settings_page

FOLDER = ROOT / "gateway/docs/reference"


def pages() -> dict[str, str]:
    """Each page, by the name of its file."""
    return {
        "settings.md": settings_page(),
        "errors.md": errors_page(),
        "metrics.md": metrics_page(),
        "commands.md": commands_page(),
    }

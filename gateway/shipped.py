"""Files that come with the program: the starter contract, the gunicorn configuration, the demo's configuration."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """The shipped file `name`, by its path in the repository: inside an installed wheel, or beside the package."""
    inside = _PACKAGE / "shipped" / name
    return inside if inside.exists() else _PACKAGE.parent / name

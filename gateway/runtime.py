"""The folder of what lives only as long as the processes: sockets and counters. Its path is short (107 bytes bind)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


def runtime_folder(data_dir: Path) -> Path:
    """The runtime folder of the gateway whose data is in `data_dir`, made if need be, for this user only."""
    root = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    digest = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    folder = root / f"endpoint-gateway-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder

"""Who may come in now: asked before anything of a call is read, so that what can't be taken costs nothing."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

from gateway.errors import StoreUnavailable, TooMany
from gateway.model.bucket import Rate
from gateway.shared_bucket import SharedBucket


class Admission:
    """Rates of sources, and room on the disk. `folder` is what processes share; None where there is one only."""

    def __init__(self, clock: Callable[[], float], folder: Path | None = None) -> None:
        self._clock = clock
        self._folder = folder
        self._buckets: dict[str, SharedBucket] = {}
        self._lack = ""

    def admit(self, source: str, rate: Rate | None) -> None:
        """Let one call of `source` in. Raises TooMany, StoreUnavailable."""
        if self._lack:
            raise StoreUnavailable(self._lack, retry_after=30)
        if rate is None:
            return
        bucket = self._buckets.get(source)
        if bucket is None:
            path = self._folder / f"rate-{source}" if self._folder is not None else None
            bucket = self._buckets[source] = SharedBucket(path, self._clock)
        wait = bucket.wait(rate)
        if wait:
            raise TooMany(f"{source} takes {rate.text}", retry_after=math.ceil(wait))

    def look(self, data: Path, keep_free: int) -> None:
        """See whether the disk of `data` has `keep_free` bytes left. Call it about once a second."""
        free = shutil.disk_usage(data).free
        self._lack = f"the disk has {free} bytes left, and {keep_free} are kept" if free < keep_free else ""

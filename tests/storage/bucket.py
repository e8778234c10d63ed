"""A real server that speaks S3, on loopback, in a process of its own, and buckets in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from s3fs import S3FileSystem

from tests.running import accepts, free_port, wait_for

KEY = {"access_key": {"env": "S3_ID"}, "secret_key": {"env": "S3_SECRET"}}
ENVIRONMENT = {"S3_ID": "AKIDEXAMPLE", "S3_SECRET": "hunter2", "AWS_EC2_METADATA_DISABLED": "true"}
PAGE = 10
"""So many objects it lists at once; Amazon's lists a thousand."""
_numbers = count(1)


@dataclass(frozen=True)
class Bucket:
    """An empty bucket, and somebody who looks into it without us."""

    endpoint: str
    name: str
    files: Any

    @property
    def options(self) -> dict[str, object]:
        return {"bucket": self.name, "endpoint": self.endpoint, "region": "eu-central-1", **KEY}

    @property
    def names(self) -> list[str]:
        return [path.removeprefix(f"{self.name}/") for path in self.files.find(self.name)]


@contextmanager
def s3_server() -> Iterator[str]:
    """Its URL."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"MOTO_S3_DEFAULT_MAX_KEYS": str(PAGE)}
    )
    try:
        wait_for(lambda: accepts(port), 60, "the start of moto")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def a_bucket(endpoint: str) -> Bucket:
    files = S3FileSystem(
        key="other", secret="other", endpoint_url=endpoint, client_kwargs={"region_name": "us-east-1"},
        use_listings_cache=False,
    )  # fmt: skip
    name = f"recordings-{next(_numbers)}"
    files.call_s3("create_bucket", Bucket=name)
    return Bucket(endpoint, name, files)

"""`kind = "s3"`: objects in a bucket, of Amazon S3 or a server that speaks its protocol."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Self

from pydantic import AfterValidator, Field, model_validator

from gateway.model.file_name import numbered
from gateway.storage import checked_path, folder
from gateway.toml import Table
from gateway.values import SecretRef, Size, Unusable, WebUrl

_PIECE = 8 * 2**20
"""Bytes of an object that are in memory at once: of one on its way in up to twice as many."""
_DIGEST = "sha256"
"""The object's own metadata that says what it holds: `x-amz-meta-sha256`."""
_TIMES = {"connect_timeout": 5, "read_timeout": 60, "retries": {"total_max_attempts": 1}}
"""Seconds. What fails is tried again as the delivery's policy says: a thread is held meanwhile, so not here."""
_TAKEN = ("PreconditionFailed", "412")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def _bucket(text: str) -> str:
    if not _BUCKET.fullmatch(text):
        raise Unusable("is no name of a bucket", "lower-case letters, digits, . and -, such as 'acme-recordings'")
    return text


def _prefix(text: str) -> str:
    text = text.rstrip("/")
    try:
        return str(checked_path(text)) if text else ""
    except FileNotFoundError:
        raise Unusable("can't be the beginning of an object's name", "such as 'recordings/2026'") from None


class Options(Table):
    """The keys of its kind."""

    bucket: Annotated[str, AfterValidator(_bucket)]
    """Its name; it is there already."""
    prefix: Annotated[str, AfterValidator(_prefix)] = ""
    """What names of objects begin with, as a folder: nothing else belongs there."""
    endpoint: WebUrl | None = None
    """The URL of a server other than Amazon's, such as `https://minio.example.org:9000`."""
    region: str | None = None
    """Such as `eu-central-1`; where it is missing, what the environment says."""
    access_key: SecretRef | None = None
    """The key's id; without one, what the environment, a profile or the machine's role gives."""
    secret_key: SecretRef | None = None
    """What belongs to it."""
    received_in: Annotated[str, AfterValidator(folder.folder_path), Field(validate_default=True)] = "recordings"
    """The folder of this machine into which is received what is stored then."""
    keep_free: Size = 100 * 2**20
    """Of that folder's disk: below it nothing is received, and what comes waits."""

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        if (self.access_key is None) != (self.secret_key is None):
            missing = "access_key" if self.access_key is None else "secret_key"
            raise Unusable("is required beside the other", "a key has an id and a secret; or give neither", key=missing)
        if find_spec("s3fs") is None:
            raise Unusable("'s3' needs s3fs, which isn't installed", "pip install s3fs, or the wheel[s3]", key="kind")
        return self


class Storage:
    """A bucket, or what of it begins with `prefix`. What is received stands in a folder until it is stored."""

    def __init__(self, options: Options) -> None:
        self._options = options
        received = folder.Options.model_construct(path=options.received_in, keep_free=options.keep_free)
        self._received = folder.Storage(received)
        self._files: Any = None
        self._lock = threading.Lock()

    def part(self, key: str) -> Path:
        """A file of that folder."""
        return self._received.part(key)

    def room(self) -> int:
        """By what that folder's file system says is free: a bucket has room always."""
        return self._received.room()

    def put(self, part: Path, path: str, digest: str) -> str:
        """By a write that fails where there is something (`If-None-Match: *`), so that nobody can come between.

        A server that doesn't know the condition overwrites what came in the moment since we looked.
        """
        with _telling():
            for named in numbered(path):
                if self._is_put(part, self._key(named), digest):
                    part.unlink(missing_ok=True)
                    return named
        raise AssertionError("there is always a next number")

    def open(self, path: str) -> BinaryIO:
        """For reading, some MiB a request."""
        with _telling():
            remote = self._connected().open(f"{self._options.bucket}/{self._key(path)}", block_size=_PIECE)
        return io.BufferedReader(_Remote(remote), _PIECE)

    def remove(self, path: str) -> bool:
        """Delete it; whether it was there. Where the bucket keeps versions, it keeps this one."""
        key = self._key(path)
        with _telling():
            if self._head(key) is None:
                return False
            self._call("delete_object", Key=key)
            return True

    def sweep(self, stored_before: float | None, received_before: float, goes_on: Callable[[], bool]) -> int:
        """By the time that each was stored. A rule of the bucket does it without listing all of it."""
        deleted = self._received.sweep(None, received_before, goes_on)
        if stored_before is None:
            return deleted
        with _telling():
            for key, stored_at in self._listed():
                if not goes_on():
                    break
                if stored_at.timestamp() < stored_before:
                    self._call("delete_object", Key=key)
                    deleted += 1
        return deleted

    def _is_put(self, part: Path, key: str, digest: str) -> bool:
        """Whether `key` has the content now, by us or somebody before. False where it has another."""
        there = self._head(key)
        if there is None:
            if self._is_created(part, key, digest):
                return True
            there = self._head(key)
        return there is not None and there["Metadata"].get(_DIGEST) == digest

    def _is_created(self, part: Path, key: str, digest: str) -> bool:
        """Store it, unless there is something. Raises OSError."""
        try:
            self._connected().put_file(
                str(part), f"{self._options.bucket}/{key}", mode="create", chunksize=_PIECE, max_concurrency=1,
                Metadata={_DIGEST: digest},
            )  # fmt: skip
        except OSError as error:
            if not _is_taken(error):
                raise
            return False
        return True

    def _head(self, key: str) -> dict[str, Any] | None:
        try:
            return self._call("head_object", Key=key)
        except FileNotFoundError:
            return None

    def _listed(self) -> Iterator[tuple[str, datetime]]:
        """Every object, a thousand a request."""
        more: dict[str, str] = {"Prefix": f"{self._options.prefix}/"} if self._options.prefix else {}
        while True:
            page = self._call("list_objects_v2", **more)
            yield from ((one["Key"], one["LastModified"]) for one in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return
            more["ContinuationToken"] = page["NextContinuationToken"]

    def _key(self, path: str) -> str:
        """Below the prefix, whoever wrote `path`. Raises FileNotFoundError."""
        own = str(checked_path(path))
        return f"{self._options.prefix}/{own}" if self._options.prefix else own

    def _call(self, method: str, **arguments: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._connected().call_s3(method, Bucket=self._options.bucket, **arguments)
        return answer

    def _connected(self) -> Any:  # noqa: ANN401 - s3fs has no types
        """What speaks to it, made when it is first needed: some workers store nothing."""
        with self._lock:
            if self._files is None:
                self._files = _made(self._options)
            return self._files


def _made(options: Options) -> Any:  # noqa: ANN401 - s3fs has no types
    """Raises BotoCoreError, OSError."""
    from s3fs import S3FileSystem  # some 25 MB of memory, which those who store in folders need not have

    settings = dict(_TIMES)
    if options.endpoint:
        # other servers don't know the checksums that Amazon's SDK adds of itself; the signature covers the content
        settings |= dict.fromkeys(("request_checksum_calculation", "response_checksum_validation"), "when_required")
    files = S3FileSystem(
        key=options.access_key and options.access_key.reveal(),
        secret=options.secret_key and options.secret_key.reveal(),
        endpoint_url=options.endpoint,
        client_kwargs={"region_name": options.region},
        config_kwargs=settings,
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    files.retries = 1
    files.connect()
    return files


class _Remote(io.RawIOBase):
    """An object that is read, with failures as files have them."""

    def __init__(self, remote: Any) -> None:  # noqa: ANN401 - s3fs has no types
        super().__init__()
        self._remote = remote

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - typeshed's own
        """As files do. Raises OSError."""
        with _telling():
            return int(self._remote.readinto(buffer))

    def close(self) -> None:
        """Let go of it."""
        self._remote.close()
        super().close()


def _is_taken(error: OSError) -> bool:
    """Whether there is an object of that name: not every server says which condition it was that failed."""
    answer = getattr(error.__cause__, "response", None) or {}
    return isinstance(error, FileExistsError) or answer.get("Error", {}).get("Code") in _TAKEN


@contextmanager
def _telling() -> Iterator[None]:
    """Whatever keeps us from a bucket is an OSError, as what keeps us from a disk is."""
    from aiohttp import ClientError
    from botocore.exceptions import BotoCoreError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error

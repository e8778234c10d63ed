"""Objects in a bucket: never overwritten, whoever else stores there, and failures that say what to do."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from gateway.errors import ConfigError
from gateway.storage import s3
from gateway.storage.s3 import Options, Storage
from gateway.toml import checked
from tests.egress.speaking import speaking
from tests.running import free_port
from tests.storage.bucket import ENVIRONMENT, PAGE, Bucket, a_bucket, s3_server
from tests.storage.conformance import Conformance, content_of, put

SLOW = 20 * 2**20
"""Bytes of an object that is sent in pieces."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as url:
        yield url


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(server: str) -> Bucket:
    return a_bucket(server)


def a_storage(folder: Path, place: Bucket, **options: object) -> Storage:
    values = place.options | options
    return Storage(checked(Options, {k: v for k, v in values.items() if v is not None}, "storage", folder))


class TestS3(Conformance):
    @pytest.fixture(autouse=True)
    def _server(self, server: str) -> None:
        self.endpoint = server

    @contextmanager
    def place(self) -> Iterator[tuple[Path, Bucket]]:
        with TemporaryDirectory() as folder:
            yield Path(folder), a_bucket(self.endpoint)

    def a_storage(self, place: tuple[Path, Bucket]) -> Storage:
        return a_storage(*place)


class TestS3BelowAPrefix(TestS3):
    def a_storage(self, place: tuple[Path, Bucket]) -> Storage:
        return a_storage(*place, prefix="tenant/calls/")


def test_an_object_says_its_digest_and_stands_below_the_prefix(tmp_path: Path, bucket: Bucket) -> None:
    assert "acme/1.wav" == put(a_storage(tmp_path, bucket, prefix="calls"), "acme/1.wav", b"one")
    assert ["calls/acme/1.wav"] == bucket.names
    assert {"sha256": sha256(b"one").hexdigest()} == bucket.files.metadata(f"{bucket.name}/calls/acme/1.wav")
    assert [] == [path for path in (tmp_path / "recordings").rglob("*") if path.is_file()]


def test_many_at_once_under_one_name_each_have_an_object(tmp_path: Path, bucket: Bucket) -> None:
    storage = a_storage(tmp_path, bucket)
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda n: put(storage, "acme/a.wav", b"%d" % n, f"crm.{n}"), range(12)))
    assert 12 == len(set(stored))
    assert {b"%d" % n for n in range(12)} == {content_of(storage, path) for path in stored}


def test_a_large_one_is_sent_and_read_in_pieces(tmp_path: Path, bucket: Bucket) -> None:
    storage, content = a_storage(tmp_path, bucket), os.urandom(SLOW)
    assert ["a.wav", "a.wav"] == [put(storage, "a.wav", content) for _ in range(2)]
    assert content == content_of(storage, "a.wav")
    assert ["a-2.wav", "a.wav"] == [put(storage, "a.wav", content[::-1]), *bucket.names[1:]]


class Hasty(Storage):
    """Finds nothing where there is something: somebody stored it in the moment since."""

    looked = 0

    def _head(self, key: str) -> Any:
        self.looked += 1
        return super()._head(key) if self.looked % 2 == 0 else None


@pytest.mark.parametrize("size", [10, SLOW])
def test_what_comes_between_looking_and_storing_is_not_overwritten(tmp_path: Path, bucket: Bucket, size: int) -> None:
    first, second = bytes(size), bytes([1]) * size
    put(a_storage(tmp_path, bucket), "a.wav", first)
    hasty = Hasty(checked(Options, bucket.options, "storage", tmp_path))
    assert "a.wav" == put(hasty, "a.wav", first)
    assert "a-2.wav" == put(Hasty(checked(Options, bucket.options, "storage", tmp_path)), "a.wav", second)
    assert first == content_of(hasty, "a.wav")


def test_what_somebody_else_put_there_is_not_taken_for_ours(tmp_path: Path, bucket: Bucket) -> None:
    bucket.files.pipe_file(f"{bucket.name}/a.wav", b"one")
    assert "a-2.wav" == put(a_storage(tmp_path, bucket), "a.wav", b"one")


def test_more_than_a_page_of_them_is_swept(tmp_path: Path, bucket: Bucket) -> None:
    storage = a_storage(tmp_path, bucket, prefix="calls")
    bucket.files.pipe_file(f"{bucket.name}/calls-of-others/a.wav", b"theirs")
    for number in range(2 * PAGE + 1):
        put(storage, f"{number}.wav", b"one")
    assert 2 * PAGE + 1 == storage.sweep(2**33, 0, lambda: True)
    assert ["calls-of-others/a.wav"] == bucket.names


def test_sweeping_ends_when_it_is_told_to(tmp_path: Path, bucket: Bucket) -> None:
    storage, going = a_storage(tmp_path, bucket), iter([True, True, False])
    for number in range(4):
        put(storage, f"{number}.wav", b"one")
    assert 2 == storage.sweep(2**33, 0, lambda: next(going))
    assert 2 == len(bucket.names)


def test_without_a_key_the_environments_is_taken(
    tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    storage = a_storage(tmp_path, bucket, access_key=None, secret_key=None)
    assert "a.wav" == put(storage, "a.wav", b"one")


def failing(storage: Storage, why: str) -> AbstractContextManager[Any]:
    """What is received stays, for the next attempt."""
    part = storage.part("crm.1")
    part.write_bytes(b"one")

    @contextmanager
    def checked_after() -> Iterator[None]:
        with pytest.raises(OSError, match=why):
            yield
        assert part.exists()

    return checked_after()


def putting(storage: Storage, why: str) -> None:
    with failing(storage, why):
        storage.put(storage.part("crm.1"), "a.wav", sha256(b"one").hexdigest())


def test_no_key_at_all_is_told(tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    putting(a_storage(tmp_path, bucket, access_key=None, secret_key=None), "Unable to locate credentials")


def test_a_bucket_that_there_is_not_is_told(tmp_path: Path, bucket: Bucket) -> None:
    storage = a_storage(tmp_path, bucket, bucket="nobodys-bucket")
    putting(storage, "The specified bucket does not exist")
    with pytest.raises(OSError, match="bucket does not exist"):
        storage.sweep(2**33, 0, lambda: True)


def test_a_server_that_is_not_there_is_told(tmp_path: Path, bucket: Bucket) -> None:
    storage = a_storage(tmp_path, bucket, endpoint=f"http://127.0.0.1:{free_port()}")
    putting(storage, "Could not connect to the endpoint URL")
    for doing in (storage.open, storage.remove):
        with pytest.raises(OSError, match="Could not connect"):
            doing("a.wav")


def test_a_server_that_goes_while_one_is_read_is_told(tmp_path: Path, bucket: Bucket) -> None:
    put(a_storage(tmp_path, bucket), "a.wav", b"one")
    head = (
        b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: "1"\r\n'
        b"Last-Modified: Tue, 01 Dec 2026 00:00:00 GMT\r\nConnection: close\r\n\r\n"
    )  # fmt: skip
    with speaking(head, *[b""] * 4) as far:
        file = a_storage(tmp_path, bucket, endpoint=f"http://127.0.0.1:{far.port}").open("a.wav")
        with file, pytest.raises(OSError, match="Connection was closed"):
            file.read()


def test_a_server_that_does_not_say_which_condition_failed_is_understood(tmp_path: Path, bucket: Bucket) -> None:
    digest = sha256(b"one").hexdigest()
    with answering({"HEAD": [404, 200], "PUT": [412]}, "PreconditionFailed", x_amz_meta_sha256=digest) as url:
        assert "a.wav" == put(a_storage(tmp_path, bucket, endpoint=url), "a.wav", b"one")


def test_a_key_that_may_not_store_is_told(tmp_path: Path, bucket: Bucket) -> None:
    with answering({"HEAD": [404], "PUT": [403]}, "AccessDenied") as url:
        putting(a_storage(tmp_path, bucket, endpoint=url), "it says AccessDenied")


@contextmanager
def answering(statuses: dict[str, list[int]], code: str, **headers: str) -> Iterator[str]:
    """A server with other manners: so it answers each method, one call after the other."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = statuses[self.command].pop(0)
            body = f"<Error><Code>{code}</Code><Message>it says {code}</Message></Error>".encode()
            body = b"" if status < 400 or self.command == "HEAD" else body
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_PUT  # noqa: N815 - as http.server calls them

        def log_message(self, *_args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    ("options", "key", "why"),
    [
        ({"bucket": "Recordings"}, "bucket", "is no name of a bucket"),
        ({"bucket": "a/b"}, "bucket", "is no name of a bucket"),
        ({"prefix": "../other"}, "prefix", "can't be the beginning"),
        ({"prefix": "/calls"}, "prefix", "can't be the beginning"),
        ({"secret_key": None}, "secret_key", "is required beside the other"),
        ({"access_key": None}, "access_key", "is required beside the other"),
        ({"endpoint": "minio:9000"}, "endpoint", "must be an http or https URL"),
        ({"received_in": ""}, "received_in", "must be the path of a folder"),
    ],
)
def test_a_mistake_is_told_with_its_key(
    tmp_path: Path, bucket: Bucket, options: dict[str, object], key: str, why: str
) -> None:
    with pytest.raises(ConfigError, match=why) as error:
        a_storage(tmp_path, bucket, **options)
    assert f"storage.{key}" == error.value.path


def test_without_its_library_it_says_how_to_get_it(
    tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match="needs s3fs") as error:
        a_storage(tmp_path, bucket)
    assert "pip install s3fs, or the wheel[s3]" == error.value.hint

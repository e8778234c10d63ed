"""Where the microseconds of one call go, in this process and by stage: `python -m tests.benchmarks.stages`."""

from __future__ import annotations

import io
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.assembly import Workshop
from gateway.bindings.recognise import recognise
from gateway.model.receipt import Receipt, Status
from gateway.model.request import Request
from gateway.pipeline import Gateway
from gateway.receiver import request_of
from gateway.settings import Document
from gateway.store.entry import Entry
from gateway.store.migrate import migrate
from gateway.store.place import SqliteFile
from gateway.store.store import Store, open_store
from tests import ROOT
from tests.benchmarks.__main__ import json_request, soap_request

_CONFIGURATION = """
[sources.pbx]
contract = "contract.toml"
authenticate = { kind = "anonymous" }
[destinations.sink]
kind = "log"
[routes.all]
to = "sink"
"""
_CALLS = 500
_ROUNDS = 9
_BATCH = 32


def main() -> None:
    """Print the table of each dialect, medians of several rounds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(ROOT / "wsdl/calls/contract.toml", folder / "contract.toml")
        (folder / "gateway.toml").write_text(_CONFIGURATION, encoding="utf-8")
        store = open_store(SqliteFile(folder / "gateway.db", folder / "gateway.lock"))
        migrate(store.database)
        gateway = Workshop().build(Document.at(folder / "gateway.toml"), 1)
        for dialect, raw in (("JSON", json_request(80, "4711")), ("SOAP 1.1", soap_request(80, "4711"))):
            rounds = [_round(gateway, store, _environ(raw)) for _ in range(_ROUNDS)]
            print(f"\n{dialect}, {len(raw)} bytes: microseconds a call, medians of {_ROUNDS} rounds of {_CALLS}")
            for stage in rounds[0]:
                print(f"  {stage:<44}{statistics.median(one[stage] for one in rounds):7.1f}")
        store.close()


def _round(gateway: Gateway, store: Store, environ: dict[str, Any]) -> dict[str, float]:
    body = environ["wsgi.input"].getvalue()
    source = gateway.sources["pbx"]
    took: dict[str, float] = {}

    def timed(stage: str, do: Callable[[int], Any]) -> list[Any]:
        started = time.perf_counter()
        results = [do(number) for number in range(_CALLS)]
        took[stage] = (time.perf_counter() - started) / _CALLS * 1e6
        return results

    environs = [environ | {"wsgi.input": io.BytesIO(body)} for _ in range(_CALLS)]
    now = datetime.now(UTC)
    requests: list[Request] = timed(
        "WSGI environ to request", lambda n: request_of(environs[n], gateway.new_id(), now, _unlimited)
    )
    dialects = timed("recognise the dialect", lambda n: recognise(requests[n]))
    callers = timed("authenticate", lambda n: source.authenticator.authenticate(requests[n]))
    timed("load the body", lambda n: requests[n].load(source.max_body))
    timed("inflate it", lambda n: requests[n].inflate(source.max_body))
    messages = timed("parse, read, check", lambda n: source.bindings[dialects[n]].read(requests[n]))
    events = timed(
        "message to event",
        lambda n: source.mapping.events_from(messages[n], callers[n], requests[n], gateway.new_id),
    )
    duties = timed("route", lambda n: [gateway.duties_of(one, requests[n].original) for one in events[n]])
    entries: list[Entry] = timed(
        "entry for the inbox", lambda n: Entry(requests[n], callers[n], events[n], duties[n], 1)
    )
    batches = [entries[start : start + _BATCH] for start in range(0, _CALLS, _BATCH)]
    started = time.perf_counter()
    for batch in batches:
        store.inbox._commit(batch)
    took[f"commit, durable, {_BATCH} in a batch"] = (time.perf_counter() - started) / _CALLS * 1e6
    receipts = [Receipt(one.request_id, ("x",), Status.ACCEPTED, now) for one in requests]
    timed("receipt to answer", lambda n: gateway.accept(requests[n], receipts[n]))
    return took


class _Unlimited:
    def __enter__(self) -> None: ...

    def __exit__(self, *_error: object) -> None: ...


def _unlimited(_seconds: float | None) -> _Unlimited:
    return _Unlimited()


def _environ(raw: bytes) -> dict[str, Any]:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split()
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": io.BytesIO(body)}
    for line in lines:
        name, value = line.split(": ", 1)
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ


if __name__ == "__main__":
    main()

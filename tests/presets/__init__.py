"""Presets: a call as its sender makes it, through the real door, and the event that it becomes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from gateway.assembly import Workshop
from gateway.model.request import Answer
from gateway.receiver import Door
from gateway.settings import Document
from gateway.store.history import Selection
from gateway.store.migrate import migrate
from gateway.store.place import SqliteFile
from gateway.store.store import Store, open_store
from tests.configured import fixed
from tests.test_receiver import an_environ

FORM, JSON, XML = "application/x-www-form-urlencoded", "application/json", "text/xml; charset=utf-8"


@dataclass
class Caller:
    """Calls one source of a gateway in this process, and looks into its store."""

    door: Door
    store: Store
    source: str
    authorization: str = ""

    def call(
        self,
        path: str,
        body: str | bytes = "",
        media: str = FORM,
        query: str = "",
        method: str = "POST",
        **headers: str,
    ) -> Answer:
        sent = body.encode() if isinstance(body, str) else body
        more = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        if self.authorization:
            more.setdefault("HTTP_AUTHORIZATION", self.authorization)
        more |= {"CONTENT_TYPE": media, "QUERY_STRING": query, "REQUEST_METHOD": method}
        return self.door.answer(an_environ(f"/in/{self.source}{path}", sent, **more))

    def form(self, path: str, fields: Mapping[str, str], **more: str) -> Answer:
        return self.call(path, urlencode(fields), **more)

    def event(self, answer: Answer) -> dict[str, Any]:
        """The event that an accepted call became."""
        assert answer.status in (200, 202), answer.body.decode()
        found = self.store.history.event(answer.headers["Gateway-Event-Id"])
        assert found is not None
        whole: dict[str, Any] = found["event"]
        return whole

    def data(self, answer: Answer) -> dict[str, Any]:
        found: dict[str, Any] = self.event(answer)["data"]
        return found

    def request(self, answer: Answer) -> dict[str, Any]:
        found = self.store.history.request(answer.headers["Gateway-Request-Id"])
        assert found is not None
        return found

    def violations(self, answer: Answer) -> list[tuple[str, str]]:
        """What keeps a call in quarantine."""
        assert (200, "quarantined") == (answer.status, json.loads(answer.body)["status"]), answer.body.decode()
        return [(one["path"], one["message"]) for one in self.request(answer)["violations"]]

    def events(self) -> list[dict[str, Any]]:
        return list(self.store.history.events(Selection(limit=0)))


@contextmanager
def a_caller(folder: Path, configuration: str, source: str, **environment: str) -> Iterator[Caller]:
    """Somebody who calls `source` of a gateway so configured."""
    (folder / "gateway.toml").write_text(configuration, encoding="utf-8")
    with (
        pytest.MonkeyPatch.context() as patch,
        closing(open_store(SqliteFile(folder / "gateway.db", folder / "gateway.lock"))) as store,
    ):
        for name, value in environment.items():
            patch.setenv(name, value)
        migrate(store.database)
        gateway = Workshop().build(Document.at(folder / "gateway.toml"), 1)
        proof = gateway.sources[source].authenticator.proof().headers.get("Authorization", "")
        yield Caller(Door(fixed(gateway), store.inbox, "https://gateway.example.org"), store, source, proof)

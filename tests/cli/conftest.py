"""A configuration, a store that is filled, and an endpoint that answers, for commands to be run in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from werkzeug.serving import make_server

from gateway.assembly import Workshop
from gateway.cli import run_command_line as command_line
from gateway.errors import ContractViolation, Violation
from gateway.model.delivery import Outcome
from gateway.model.event import Event
from gateway.receiver import Door
from gateway.settings import Document
from gateway.store.migrate import migrate
from gateway.store.outbox import Outbox
from gateway.store.place import place_of
from gateway.store.store import Store, open_store
from gateway.web import create_app
from tests.builders import NOON, a_request, an_attempt, an_entry, an_event
from tests.configured import ANYBODY, BASIC, JOURNAL, NESTED, TO_CRM, a_document, fixed
from tests.running import free_port

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def document(tmp_path: Path) -> Document:
    return a_document(tmp_path, ANYBODY + JOURNAL + TO_CRM)


@pytest.fixture
def run(document: Document, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the configuration: its exit code, what it said, and what it complained of."""

    def running(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = command_line([*arguments, "--config", str(document.path)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return running


def opened(document: Document, **more: Any) -> Store:
    store = open_store(place_of(document.settings(), document.folder), **more)
    migrate(store.database)
    return store


def settle(store: Store, outcome: Outcome, error: str = "") -> None:
    """Everything that is due to `crm` comes to `outcome`."""
    outbox = Outbox(store.database, "one")
    later = NOON + timedelta(days=3650)
    attempts = [an_attempt(held, outcome, error=error) for held in outbox.claim({"crm": 64}, later)]
    outbox.settle(attempts, NOON + timedelta(seconds=1))


@dataclass(frozen=True)
class Filled:
    """What is in the store: three events, oldest first, each an hour after the one before, and one refusal."""

    delivered: Event
    dead: Event
    waiting: Event
    refused: str


@pytest.fixture
def filled(document: Document) -> Filled:
    store = opened(document)
    events = [
        an_event(),
        an_event(type="agent.segment.ended", source="/in/web", subject="4712"),
        an_event(subject=None, data='{"note":"Zoë"}'.encode()),
    ]
    outcomes = [(Outcome.DELIVERED, ""), (Outcome.REFUSED, "HTTP 400: no"), None]
    for hour, (event, outcome) in enumerate(zip(events, outcomes, strict=True)):
        source = event.source.removeprefix("/in/")
        request = a_request(b"{}", source=source, received_at=NOON + timedelta(hours=hour))
        store.inbox.record(an_entry(event, to=("crm",) if outcome else ("crm", "journal"), request=request))
        if outcome is not None:
            settle(store, *outcome)
    refused = a_request(b'{"duration":"x"}', headers={"authorization": "Basic aHVudGVyMg=="})
    store.inbox.refused(refused, ContractViolation("one is wrong", violations=[Violation("/duration", "is no number")]))
    store.close()
    delivered, dead, waiting = events
    return Filled(delivered, dead, waiting, refused.request_id)


@dataclass
class Endpoint:
    """An endpoint that answers, in this process."""

    document: Document
    store: Store
    woke: list[Callable[[], None]]
    """What happens once something is to be delivered."""

    @property
    def url(self) -> str:
        host, port = self.document.settings().listen
        return f"http://{host}:{port}/in"


@pytest.fixture
def sources() -> str:
    """The sources `pbx`, for anybody, `guarded`, behind a password, and `nested`, with a contract of its own."""
    nested = ANYBODY.replace("sources.pbx", "sources.nested").replace("contract.toml", "nested.toml")
    return ANYBODY + BASIC.replace("sources.pbx", "sources.guarded") + nested


@pytest.fixture
def endpoint(document: Document, sources: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """What its `sources` are sent goes to `crm`."""
    monkeypatch.setenv("PBX_PASSWORD", "hunter2")
    listens = f'listen = "127.0.0.1:{free_port()}"\n'
    (document.folder / "nested.toml").write_text(NESTED, encoding="utf-8")
    changed = a_document(document.folder, listens + sources + JOURNAL + TO_CRM + 'events = "call.ended"\n')
    woke: list[Callable[[], None]] = []

    def wake() -> None:
        for one in woke:
            one()

    made = Endpoint(changed, opened(changed, woke=wake), woke)
    settings = changed.settings()
    door = Door(fixed(Workshop().build(changed, 1)), made.store.inbox, settings.base_url)
    server = make_server(*settings.listen, create_app(settings, made.store, door), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    with capture_logs():
        yield made
    server.shutdown()
    thread.join()
    server.server_close()
    made.store.close()

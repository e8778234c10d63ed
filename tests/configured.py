"""A gateway built in this process, from a configuration that a test writes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from gateway.assembly import Workshop
from gateway.current import Current
from gateway.errors import ConfigError
from gateway.model.delivery import Reply
from gateway.model.payload import Payload
from gateway.pipeline import Gateway
from gateway.settings import MAIN, Document
from gateway.store.inbox import Inbox
from gateway.store.place import PostgresServer
from gateway.store.store import Store, open_store
from tests import ROOT
from tests.builders import an_entry
from tests.postgresql import closed

ANYBODY = '[sources.pbx]\ncontract = "contract.toml"\nauthenticate = { kind = "anonymous" }\n'
BASIC = (
    '[sources.pbx]\ncontract = "contract.toml"\n'
    'authenticate = { kind = "basic", user = "pbx", password = { env = "PBX_PASSWORD" } }\n'
)
NESTED = """
name = "calls"
namespace = "urn:example:nested:v1"
[events."call.ended".fields]
call_id = { type = "string", required = true }
tags = { type = "string", list = true, example = "vip" }
customer = { type = "party" }
segments = { type = "segment", list = true }
voice = { type = "base64", example = "AP8=" }
[types.party.fields]
name = { type = "string", required = true, example = "Zoë" }
phones = { type = "string", list = true, example = "+15105550111" }
[types.segment.fields]
agent = { type = "party" }
duration = { type = "duration", example = "12.5" }
"""
"""A contract with types of its own."""
JOURNAL = '[destinations.crm]\nkind = "log"\n'
TO_CRM = '[routes.all]\nto = "crm"\n'


def a_document(folder: Path, text: str) -> Document:
    """A gateway.toml in `folder` with `text` in it, and the shipped contract beside it."""
    (folder / MAIN).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "wsdl/calls/contract.toml", folder / "contract.toml")
    return Document.at(folder / MAIN)


def a_gateway(folder: Path, text: str, revision: int = 1) -> Gateway:
    return Workshop().build(a_document(folder, text), revision)


def problems_of(folder: Path, text: str) -> list[str]:
    """What is told of a configuration that can't be used, a line a problem, without the lines of the file."""
    with pytest.raises(ConfigError) as caught:
        a_gateway(folder, text)
    return [re.sub(r" \(line \d+\)$|(?<=\()line \d+; ", "", str(problem)) for problem in caught.value.problems]


def fixed(gateway: Gateway) -> Current:
    """`gateway` in force, with no newer revision that could be built."""

    def build(number: int) -> Gateway:
        raise AssertionError(f"revision {number} was asked for")

    return Current(gateway, build)


def recorded(inbox: Inbox, count: int, *to: str) -> list[str]:
    """The ids of as many events, recorded with a delivery to each of `to`."""
    return [inbox.record(an_entry(to=to or ("crm",))).event_ids[0] for _ in range(count)]


def another(store: Store) -> Store:
    """The same database, opened once more: as another process has it."""
    return open_store(store.database.place)


@contextmanager
def unusable(store: Store) -> Iterator[None]:
    """Something else stands in the database's place, or its server lets nobody in, while the block does."""
    store.close()
    if isinstance(store.database.place, PostgresServer):
        with closed(store.database.place):
            yield
        return
    file = store.database.place.file
    away = file.rename(file.with_suffix(".away"))
    file.mkdir()
    yield
    file.rmdir()
    away.rename(file)


@dataclass
class Kind:
    """A destination of somebody else's, which does what a test says."""

    does: Callable[[], Reply]
    calls: list[str] = field(default_factory=list)

    async def open(self) -> None:
        self.calls.append("open")

    async def deliver(self, payload: Payload) -> Reply:
        del payload
        self.calls.append("deliver")
        return self.does()

    async def close(self) -> None:
        self.calls.append("close")


def with_kind(gateway: Gateway, name: str, kind: Kind) -> Gateway:
    """`gateway`, whose destination `name` is served by `kind`."""
    changed = replace(gateway.destinations[name], destination=kind)
    return replace(gateway, destinations={**gateway.destinations, name: changed})

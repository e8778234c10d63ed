"""What attackers send over HTTP costs them more than us: each is refused for its reason, or harmless, and at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.assembly import Workshop
from gateway.current import Current
from gateway.receiver import Door
from gateway.settings import Document
from gateway.store.migrate import migrate
from gateway.store.place import place_of
from gateway.store.store import open_store
from tests.attacks import ATTACKS, CONTRACT, Attack, send

_CEILING = 3.0
"""Seconds of CPU that none comes near: what each takes is in the table of `python -m tests.benchmarks.attacks`."""


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    yield from a_door(tmp_path_factory.mktemp("attacked"))


def a_door(folder: Path) -> Iterator[Door]:
    (folder / "contract.toml").write_text(CONTRACT, encoding="utf-8")
    source = '[sources.lenient]\ncontract = "contract.toml"\nauthenticate = { kind = "anonymous" }\n'
    (folder / "gateway.toml").write_text(source, encoding="utf-8")
    document = Document.at(folder / "gateway.toml")
    gateway = Workshop().build(document, 1)
    with closing(open_store(place_of(document.settings(), folder))) as store:
        migrate(store.database)
        yield Door(Current(gateway, lambda _number: gateway), store.inbox, "http://localhost")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_refused_for_its_reason_and_at_once(door: Door, attack: Attack) -> None:
    started = time.process_time()
    assert attack.reason == send(door, attack)
    assert time.process_time() - started < _CEILING

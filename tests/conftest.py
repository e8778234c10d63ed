"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from gateway.contracts.load import load
from gateway.model.contract import Contract
from gateway.store.engine import Place
from gateway.store.migrate import migrate
from gateway.store.store import Store, open_store

ROOT = Path(__file__).parent.parent

settings.register_profile(
    "here",
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("here")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Where a database may be."""
    return Place(tmp_path / "gateway.db", tmp_path / "gateway.lock")


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """A real store, with its schema, empty."""
    opened = open_store(place)
    migrate(opened.database)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def calls() -> Contract:
    """The contract that is shipped."""
    file = ROOT / "wsdl/calls/contract.toml"
    return load(file.read_text(encoding="utf-8"), str(file))

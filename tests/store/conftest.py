"""What tests of the store may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store.place import PostgresServer, place_named
from tests.postgresql import a_database


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    """An empty database of a real server."""
    with a_database() as url:
        place = place_named(url, tmp_path, tmp_path)
        assert isinstance(place, PostgresServer)
        yield place

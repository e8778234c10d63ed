"""What every client calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop.openapi.served import a_shop
from tests.running import RunningGateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """A gateway that takes the orders of a shop."""
    with a_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running

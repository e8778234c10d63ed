"""A browser, and a gateway with pages to look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.browsing import a_browser
from tests.interop.calls import CONFIGURATION, PASSWORD
from tests.running import RunningGateway, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """One with the shipped contract, and one with all that a contract can declare."""
    with running(tmp_path_factory.mktemp("pages"), CONFIGURATION, SHOP_PASSWORD=PASSWORD) as started:
        yield started


@pytest.fixture(params=["calls", "orders"])
def url(request: pytest.FixtureRequest, gateway: RunningGateway) -> str:
    return f"{gateway.url}/in/{request.param}"

"""Health and metrics of a worker that runs by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from gateway.current import Current
from gateway.errors import UnknownSource
from gateway.pipeline import Gateway
from gateway.store.store import Store
from gateway.worker_health import serve_health
from tests.configured import ANYBODY, a_gateway, unusable
from tests.running import free_port

Answer = tuple[int, str, str]


@pytest.fixture
def current(tmp_path: Path) -> Current:
    def build(number: int) -> Gateway:
        raise UnknownSource(f"{number} is broken")

    return Current(a_gateway(tmp_path, ANYBODY), build)


def got(current: Current, store: Store, path: str) -> Answer:
    """Status, media type and body of what the worker answers."""

    async def get() -> Answer:
        port = free_port()
        runner = await serve_health(("127.0.0.1", port), current, store)
        try:
            async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status, answer.content_type, await answer.text()
        finally:
            await runner.cleanup()

    return asyncio.run(get())


def test_health_says_ok(current: Current, store: Store) -> None:
    assert (200, "application/json", '{"status": "ok"}') == got(current, store, "/healthz")


def test_ready_is_ready_without_problems(current: Current, store: Store) -> None:
    assert (200, '{"status": "ready", "problems": []}') == got(current, store, "/readyz")[::2]


def test_a_revision_that_can_not_be_built_is_told_and_the_old_one_serves_on(current: Current, store: Store) -> None:
    current.follow(2)
    status, _, body = got(current, store, "/readyz")
    assert 200 == status
    assert "revision 2 can't be built: 2 is broken" in body


def test_a_store_that_can_not_be_read_is_not_ready(current: Current, store: Store) -> None:
    with unusable(store):
        status, _, body = got(current, store, "/readyz")
        assert 503 == status
        assert "store: " in body


def test_metrics_are_in_the_text_format(current: Current, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    status, media, body = got(current, store, "/metrics")
    assert (200, "text/plain") == (status, media)
    assert "# TYPE gateway_attempts_total counter" in body


def test_no_calls_are_taken(current: Current, store: Store) -> None:
    assert 404 == got(current, store, "/in/pbx")[0]

"""Health and metrics of a worker that runs by itself: `gateway work --listen HOST:PORT`."""

from __future__ import annotations

import asyncio
import os

from aiohttp import web

from gateway.current import Current
from gateway.readiness import readiness
from gateway.store.store import Store
from gateway.telemetry import metrics


async def serve_health(address: tuple[str, int], current: Current, store: Store) -> web.AppRunner:
    """Answer /healthz, /readyz and /metrics at `address` until `cleanup()` is awaited."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_request: web.Request) -> web.Response:
        found = await asyncio.to_thread(readiness, current, store.revisions)
        return web.json_response(found.document, status=found.status)

    async def exposed(_request: web.Request) -> web.Response:
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        text = await asyncio.to_thread(metrics.exposition, folder, None)
        return web.Response(body=text, content_type="text/plain", charset="utf-8")

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", exposed)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, *address).start()
    return runner

"""Log lines on stderr, JSON or console. Three wide ones: event.received, request.refused, delivery.attempted."""

from __future__ import annotations

import json
import logging
import sys

import structlog
from structlog.typing import FilteringBoundLogger, Processor

log: FilteringBoundLogger = structlog.get_logger("gateway")

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def set_up(form: str, level: str) -> None:
    """Send log lines to stderr in `form`: json, console, or auto (console on a terminal)."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    render: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_compact)]
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            *render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _compact(event: object, **_options: object) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"), default=str)

"""Debian's Chromium, driven by Playwright, with axe-core's rules: what is needed of them, and how a page is opened."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_PLACE = ROOT / ".venv/browser"
"""Where `make browser` puts what is no Debian package."""
_PYTHON = _PLACE / "python"
AXE = _PLACE / "node_modules/axe-core/axe.min.js"
WIDE, NARROW = 1280, 390
SCHEMES = ("light", "dark")


def needs(**tools: object) -> pytest.MarkDecorator:
    """Only where these are, each by its name."""
    missing = [name.replace("_", "-") for name, found in tools.items() if not found]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}; make browser installs them")


def _chromium() -> str | None:
    return shutil.which("chromium")


NEEDS_BROWSER = needs(chromium=_chromium(), playwright=(_PYTHON / "playwright").exists())
NEEDS_AXE = needs(axe_core=AXE.exists())


@contextmanager
def a_browser() -> Iterator[Browser]:
    # At the end of the path: what both have, such as greenlet, is that which is tested.
    sys.path.append(str(_PYTHON))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Its sandbox wants user namespaces, which containers seldom give; all it opens is ours.
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()
    sys.path.remove(str(_PYTHON))


@dataclass
class Opened:
    """A page, and what came to light since it was asked for."""

    page: Page
    requested: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """Of the console: what was blocked, what failed."""

    def ask(self, script: str, argument: Any = None) -> Any:
        """What a function of JavaScript says of the page."""
        return self.page.evaluate(script, argument)


@contextmanager
def opened(browser: Browser, url: str, *, width: int = WIDE, scheme: str = "light") -> Iterator[Opened]:
    """The page at `url`, as somebody sees it whose window is so wide, and who likes it light or dark."""
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
        shown = Opened(context.new_page())
        shown.page.on("request", lambda request: shown.requested.append(request.url))
        shown.page.on("requestfinished", lambda request: shown.answered.append(request.url))
        shown.page.on("console", lambda message: shown.told.append(f"{message.type}: {message.text}"))
        shown.page.on("pageerror", lambda error: shown.told.append(str(error)))
        answer = shown.page.goto(url, wait_until="load")
        assert answer is not None and 200 == answer.status
        yield shown

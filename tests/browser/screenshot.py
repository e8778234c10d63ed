"""The picture of the endpoint's page that the README has: `python -m tests.browser.screenshot` makes it anew."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests import ROOT
from tests.browser.browsing import a_browser, opened
from tests.running import running

FILE = ROOT / "gateway/docs/images/endpoint-page.png"
WIDTH, HEIGHT = 900, 1060
_CONFIGURATION = """
[sources.pbx]
contract = "contract.toml"
authenticate = { kind = "basic", user = "pbx", password = { env = "PBX_PASSWORD" } }
"""
_PUBLIC = 'public_url = "https://gateway.example.org"\n'


def take() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), _PUBLIC + _CONFIGURATION, PBX_PASSWORD="secret") as gateway,
        a_browser() as browser,
        opened(browser, f"{gateway.url}/in/pbx", width=WIDTH) as shown,
    ):
        FILE.parent.mkdir(exist_ok=True)
        shown.page.screenshot(path=FILE, clip={"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT}, full_page=True)


if __name__ == "__main__":
    take()
    print(f"{FILE.relative_to(ROOT)}: {FILE.stat().st_size} bytes")

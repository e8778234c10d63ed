"""The endpoint's page in a real browser: light and dark, on a desk and on a phone, by keyboard and by rule."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.browsing import AXE, NARROW, NEEDS_AXE, NEEDS_BROWSER, SCHEMES, WIDE, opened
from tests.browser.screenshot import FILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = NEEDS_BROWSER

MEDIA_TYPES = {
    "?wsdl": "text/xml; charset=utf-8",
    "?wsdl=1.1": "text/xml; charset=utf-8",
    "?xsd": "text/xml; charset=utf-8",
    "?openapi": "application/vnd.oai.openapi+json;version=3.1",
    "?schema": "application/schema+json",
    "?asyncapi": "application/vnd.aai.asyncapi+json;version=3.0.0",
}
OPEN_ALL = "() => document.querySelectorAll('details').forEach((one) => { one.open = true })"
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect()
  return {
    what: one === document.body ? "" : one.outerHTML.slice(0, 90),
    isMarked: style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2,
    isSeen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  }
}"""
REACHABLE = """() => [...document.querySelectorAll("a[href], summary, [tabindex]")]
  .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 90))"""
STICKING_OUT = """() => {
  const scrolls = (one) => one && (getComputedStyle(one).overflowX === "auto" || scrolls(one.parentElement))
  const sticksOut = (one) => one.getBoundingClientRect().right > innerWidth && !scrolls(one.parentElement)
  return [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility() && sticksOut(one))
    .map((one) => one.outerHTML.slice(0, 90))
}"""
# WCAG 2.2 §1.4.3, of the colours that the browser came to, for every element that has text of its own.
FAINT = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const linear = (part) => part <= 0.04045 * 255 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4
  const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  const paper = (one) => {
    const colour = one ? parts(getComputedStyle(one).backgroundColor) : [255, 255, 255]
    return colour[3] === 0 ? paper(one.parentElement) : colour
  }
  const contrast = (one) => {
    const both = [parts(getComputedStyle(one).color), paper(one)].map(luminance).sort((a, b) => b - a)
    return (both[0] + 0.05) / (both[1] + 0.05)
  }
  const inked = [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility()
    && [...one.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim()))
  const faint = inked.filter((one) => contrast(one) < 4.5)
  return { looked: inked.length, faint: faint.map((one) => one.outerHTML.slice(0, 90)) }
}"""


def test_it_loads_nothing_from_elsewhere_and_nothing_is_told_in_the_console(browser: Browser, url: str) -> None:
    with opened(browser, url) as shown:
        assert [url, "data:,"][: len(shown.requested)] == shown.requested
        assert [] == shown.told


def test_what_a_page_would_load_or_run_is_blocked_by_its_policy_and_told(browser: Browser, url: str) -> None:
    with opened(browser, url) as shown:
        shown.ask("""() => {
          const image = document.createElement("img"), script = document.createElement("script")
          image.src = "/healthz"
          script.textContent = "document.title = 'run'"
          document.body.append(image, script)
        }""")
        shown.page.wait_for_timeout(200)
        assert "run" != shown.page.title()
        assert [url] == [one for one in shown.answered if not one.startswith("data:")]
        assert 2 == sum("Content Security Policy" in one for one in shown.told), shown.told


def test_it_has_a_title_one_heading_above_all_and_each_other_below_the_one_it_belongs_to(
    browser: Browser, url: str
) -> None:
    with opened(browser, url) as shown:
        assert shown.page.title().endswith(url)
        levels = shown.ask("() => [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((one) => +one.tagName[1])")
        assert 1 == levels[0] and 1 == levels.count(1)
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        for landmark in ("banner", "navigation", "main"):
            assert 1 == shown.page.get_by_role(landmark).count(), landmark


@pytest.mark.parametrize("scheme", SCHEMES)
def test_all_that_can_be_used_is_reached_by_the_tab_key_and_marked(browser: Browser, url: str, scheme: str) -> None:
    with opened(browser, url, scheme=scheme) as shown:
        shown.ask(OPEN_ALL)
        expected = shown.ask(REACHABLE)
        reached: list[str] = []
        while True:
            shown.page.keyboard.press("Tab")
            focused = shown.ask(FOCUSED)
            if not focused["what"]:
                break
            assert focused["isMarked"] and focused["isSeen"], focused["what"]
            reached.append(focused["what"])
            assert len(reached) <= len(expected), reached
        assert expected == reached


def test_a_language_is_opened_and_closed_by_the_keyboard(browser: Browser, url: str) -> None:
    with opened(browser, url) as shown:
        for details in shown.page.locator("details").all()[1:4]:
            details.locator("summary").focus()
            for key, is_open in (("Enter", True), ("Space", False), ("Enter", True)):
                shown.page.keyboard.press(key)
                assert is_open == details.evaluate("(one) => one.open")
            shown.page.keyboard.press("Tab")
            assert "PRE" == shown.ask("() => document.activeElement.tagName")


@pytest.mark.parametrize("width", [320, NARROW, WIDE])
def test_it_fits_the_window_and_only_code_scrolls_inside_itself(browser: Browser, url: str, width: int) -> None:
    with opened(browser, url, width=width) as shown:
        shown.ask(OPEN_ALL)
        whole, window = shown.ask("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert whole <= window
        assert [] == shown.ask(STICKING_OUT)
        scrolled = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).length"
        assert 0 == shown.page.locator(".wide").evaluate_all(scrolled)
        assert width == WIDE or shown.page.locator("pre").evaluate_all(scrolled) > 0


def test_a_table_is_one_to_a_screen_reader_however_narrow_it_is(browser: Browser, url: str) -> None:
    def counted(width: int) -> list[int]:
        with opened(browser, url, width=width) as shown:
            roles = ("table", "row", "columnheader", "rowheader", "cell")
            return [shown.page.get_by_role(role).count() for role in roles]

    assert counted(WIDE) == counted(NARROW)
    assert all(counted(NARROW))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_its_text_has_enough_contrast(browser: Browser, url: str, scheme: str) -> None:
    with opened(browser, url, scheme=scheme) as shown:
        shown.ask(OPEN_ALL)
        found = shown.ask(FAINT)
        assert found["looked"] > 100
        assert [] == found["faint"]


def test_it_is_dark_for_whoever_likes_it_dark(browser: Browser, url: str) -> None:
    def paper(scheme: str) -> Any:
        with opened(browser, url, scheme=scheme) as shown:
            return shown.ask("() => getComputedStyle(document.body).backgroundColor")

    assert ["rgb(255, 255, 255)", "rgb(20, 23, 28)"] == [paper(scheme) for scheme in SCHEMES]


def test_each_document_that_it_links_is_there_with_its_media_type(browser: Browser, url: str) -> None:
    with opened(browser, url) as shown:
        links = shown.page.locator("#documents + ul a").all()
        found = {
            link.get_attribute("href"): shown.page.request.get(link.evaluate("(one) => one.href")) for link in links
        }
        assert {200} == {answer.status for answer in found.values()}
        assert MEDIA_TYPES == {href: answer.headers["content-type"] for href, answer in found.items()}


def test_the_picture_of_it_in_the_readme_is_one_and_small() -> None:
    picture = FILE.read_bytes()
    assert picture.startswith(b"\x89PNG\r\n")
    assert len(picture) < 150_000


@NEEDS_AXE
@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "light"), (WIDE, "dark")])
def test_axe_finds_nothing_to_mend(browser: Browser, url: str, width: int, scheme: str) -> None:
    with opened(browser, url, width=width, scheme=scheme) as shown:
        shown.ask(OPEN_ALL)
        shown.ask(f"() => {{ {AXE.read_text(encoding='utf-8')} }}")
        found = shown.ask("() => axe.run()")
        assert len(found["passes"]) > 20
        # Where it can't tell the contrast, of text that is scrolled out of sight, the test above can.
        unsure = [one for one in found["incomplete"] if one["id"] != "color-contrast"]
        told = [
            (one["id"], one["help"], [node["html"][:90] for node in one["nodes"]])
            for one in (*found["violations"], *unsure)
        ]
        assert [] == told

"""The endpoint's page, as a browser and a screen reader find it."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections import Counter
from decimal import Decimal

import pytest
from lxml import html

from gateway.contracts.load import load
from gateway.contracts.openapi import Endpoint
from gateway.contracts.page import HEADERS
from gateway.contracts.page import html as page
from gateway.model.contract import Contract, Type
from tests.builders import a_contract, a_field, an_event_type

URL = "https://gateway.example.org/in/pbx"
ATTACKING = """
name = "attack"
namespace = "urn:attack"
version = 1
doc = "<script>alert(1)</script>"
[events."a.b"]
doc = "<img src=x onerror=alert(2)>"
[events."a.b".fields]
one = { type = "string", required = true, example = "</code><script>alert(3)</script>", doc = "\\"><b>" }
"""


def shown(contract: Contract, *schemes: dict[str, str]) -> html.HtmlElement:
    return html.document_fromstring(page(contract, Endpoint(URL, schemes)).decode())


def text_of(found: html.HtmlElement) -> str:
    return " ".join(found.text_content().split())


@pytest.fixture
def document(calls: Contract) -> html.HtmlElement:
    return shown(calls)


def test_it_names_every_event_operation_field_and_document(calls: Contract, document: html.HtmlElement) -> None:
    said = text_of(document)
    for event in calls.events.values():
        assert all(name in said for name in (f"{URL}/{event.path}", event.operation, *event.aliases))
        assert all(field.name in said and field.doc in said for field in event.fields)
    links = {link.get("href") for link in document.iterfind(".//a")}
    assert {"?wsdl", "?wsdl=1.1", "?xsd", "?openapi", "?schema", "?asyncapi"} <= links


def test_a_type_is_said_with_all_its_bounds() -> None:
    text = a_field("text", min_length=2, max_length=9, pattern="[a-z]+")
    number = a_field("number", Type.DECIMAL, list=True, digits=8, fraction_digits=2, minimum=Decimal(0), unit="EUR")
    said = text_of(shown(a_contract(an_event_type(text, number))))
    assert "string, at least 2 characters, at most 9 characters, of the form [a-z]+" in said
    assert "list of decimal, in EUR, at most 8 digits, 2 of them after the point, from 0" in said


def test_what_a_call_needs_to_be_let_in_is_said(calls: Contract) -> None:
    assert "no credentials are asked for" in text_of(shown(calls))
    assert "HTTP Basic" in text_of(shown(calls, {"type": "http", "scheme": "basic"}))
    assert "Bearer" in text_of(shown(calls, {"type": "http", "scheme": "bearer"}))
    keys = shown(calls, *({"type": "apiKey", "in": place, "name": place.upper()} for place in ("header", "query")))
    assert "a key in the header HEADER or a key in the URL's parameter QUERY;" in text_of(keys)


def test_it_loads_nothing_and_runs_nothing(document: html.HtmlElement) -> None:
    assert [] == document.xpath("//script | //iframe | //img | //@onclick | //link[not(starts-with(@href, 'data:'))]")
    assert "url(" not in document.findtext(".//style")


def test_the_browser_is_told_that_this_style_is_all_there_is(document: html.HtmlElement) -> None:
    digest = base64.b64encode(hashlib.sha256(document.findtext(".//style").encode()).digest()).decode()
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert f"style-src 'sha256-{digest}'" in policy


def test_a_contract_that_attacks_is_text(document: html.HtmlElement) -> None:
    attacked = shown(load(ATTACKING, "contract.toml"))
    assert [] == attacked.xpath("//script | //img | //main//b")
    assert "<script>alert(1)</script>" in text_of(attacked)
    assert len(document.xpath("//section")) == len(attacked.xpath("//section"))


def test_a_screen_reader_finds_its_way(document: html.HtmlElement) -> None:
    assert "en" == document.get("lang")
    assert [1, 1, 1] == [len(document.findall(f".//{name}")) for name in ("h1", "main", "nav")]
    levels = [int(one.tag[1]) for one in document.iter("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = Counter(document.xpath("//@id"))
    assert {1} == set(ids.values())
    assert {href[1:] for href in document.xpath("//a/@href[starts-with(., '#')]")} <= ids.keys()
    assert set(document.xpath("//@aria-labelledby")) <= ids.keys()
    assert all(one.get("scope") in ("col", "row") for one in document.iter("th"))
    # What may be wider than the window can be scrolled with the keyboard, and says what it is.
    assert all(one.get("tabindex") == "0" and one.get("aria-label") for one in document.iter("pre"))


def test_text_has_enough_contrast_on_light_and_on_dark(document: html.HtmlElement) -> None:
    """WCAG 2.2 §1.4.3: 4.5 to 1."""
    style = document.findtext(".//style")
    themes = [dict(re.findall(r"--(\w+): (#\w+)", block)) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)]
    assert 2 == len(themes)
    for theme in themes:
        for ink in ("text", "quiet", "link", "mark"):
            for paper in ("back", "box"):
                assert contrast(theme[ink], theme[paper]) >= 4.5, (ink, paper, theme)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative, as WCAG defines it."""
    full = "".join(digit * 2 for digit in colour[1:]) if len(colour) == 4 else colour[1:]
    parts = [int(full[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

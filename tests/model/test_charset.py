"""Which encoding a body is in: its BOM, then the header, then UTF-8."""

from __future__ import annotations

import pytest

from gateway.errors import Malformed, UnsupportedMedia
from gateway.model.charset import charset_of, decoded

JSON = "application/json"


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("", "Zoë".encode(), "Zoë"),
        (JSON, "Zoë".encode(), "Zoë"),
        (f"{JSON}; charset=utf-8", "Zoë".encode(), "Zoë"),
        (f"{JSON};charset=UTF8;q=1", "Zoë".encode(), "Zoë"),
        (f'{JSON}; charset="utf-8"', "Zoë".encode(), "Zoë"),
        (f"{JSON}; CHARSET = 'UTF-8'", "Zoë".encode(), "Zoë"),
        (f"{JSON}; charset=ISO-8859-1", "Zoë".encode("latin-1"), "Zoë"),
        (f"{JSON}; charset=latin1", "Zoë".encode("latin-1"), "Zoë"),
        (f"{JSON}; charset=windows-1252", "5 €".encode("cp1252"), "5 €"),
        (f"{JSON}; charset=us-ascii", b"Zoe", "Zoe"),
        (f"{JSON}; charset=utf-16le", "Zoë".encode("utf-16-le"), "Zoë"),
        (f"{JSON}; charset=utf-16be", "Zoë".encode("utf-16-be"), "Zoë"),
        (f"{JSON}; charset=utf-16", "\ufeffZoë".encode("utf-16-be"), "Zoë"),
        (f"{JSON}; charset=latin1", "\ufeffZoë".encode(), "Zoë"),  # the BOM counts before the header
        (f"{JSON}; charset=koi8-r", "\ufeffZoë".encode(), "Zoë"),
        ("", "\ufeffZoë".encode("utf-16-le"), "Zoë"),
        ("", "\ufeffZoë".encode("utf-16-be"), "Zoë"),
    ],
)
def test_a_body_is_read_in_its_encoding(content_type: str, body: bytes, expected: str) -> None:
    assert expected == text(content_type, body)


def text(content_type: str, body: bytes) -> str:
    return decoded(body, charset_of({"content-type": content_type}, body).codec)


@pytest.mark.parametrize("charset", ["utf-7", "klingon", "idna", "unicode_escape", '""', "rot13", "hex", "a\0b", "é"])
def test_a_charset_that_we_do_not_read_is_unsupported(charset: str) -> None:
    with pytest.raises(UnsupportedMedia, match="send UTF-8"):
        charset_of({"content-type": f"{JSON}; charset={charset}"}, b"{}")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("", b"Zo\xeb"), (f"{JSON}; charset=ascii", "Zoë".encode()), (f"{JSON}; charset=utf-16le", b"odd")],
)
def test_a_body_that_is_not_in_its_encoding_cannot_be_read(content_type: str, body: bytes) -> None:
    with pytest.raises(Malformed):
        text(content_type, body)


@pytest.mark.parametrize("content_type", ["", JSON, f"{JSON}; charset="])
def test_without_a_charset_it_is_utf_8_and_nobody_said_so(content_type: str) -> None:
    charset = charset_of({"content-type": content_type}, b"{}")
    assert ("utf-8", False) == (charset.codec, charset.is_said)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_bom_decides_whatever_the_header_names(encoding: str) -> None:
    assert encoding == charset_of({"content-type": f"{JSON}; charset=koi8-r"}, "\ufeff{}".encode(encoding)).codec


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_shows_in_the_first_character_where_nothing_names_it(encoding: str) -> None:
    assert encoding == charset_of({}, "{}".encode(encoding)).codec


@pytest.mark.parametrize(
    ("declared", "expected"),
    [("iso-8859-1", "latin-1"), ("Windows-1252", "cp1252"), ("utf-8", "utf-8"), ("UTF-16", "utf-8"), ("", "utf-8")],
)
def test_an_xml_declaration_says_it_last(declared: str, expected: str) -> None:
    said = f' encoding="{declared}"' if declared else ""
    document = f'<?xml version="1.0"{said}?><a/>'.encode()
    assert expected == charset_of({"content-type": "text/xml"}, document).codec
    assert "koi8-r" == charset_of({"content-type": "text/xml; charset=koi8-r"}, document).codec

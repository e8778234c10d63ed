"""Which encoding a body is in: its BOM, then the header, then UTF-8."""

from __future__ import annotations

import pytest

from gateway.errors import UnsupportedMedia
from gateway.model.charset import charset_of, text_of

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
    assert expected == text_of({"content-type": content_type}, body)


@pytest.mark.parametrize("charset", ["koi8-r", "utf-7", "ebcdic-cp-us", "klingon", '""', "rot13", "hex", "a\0b", "é"])
def test_a_charset_that_we_do_not_read_is_unsupported(charset: str) -> None:
    with pytest.raises(UnsupportedMedia, match="send UTF-8"):
        charset_of({"content-type": f"{JSON}; charset={charset}"}, b"{}")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("", b"Zo\xeb"), (f"{JSON}; charset=ascii", "Zoë".encode()), (f"{JSON}; charset=utf-16le", b"odd")],
)
def test_a_body_that_is_not_in_its_encoding_cannot_be_read(content_type: str, body: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        text_of({"content-type": content_type}, body)


@pytest.mark.parametrize("content_type", ["", JSON, f"{JSON}; charset="])
def test_without_a_charset_the_document_decides(content_type: str) -> None:
    assert charset_of({"content-type": content_type}, b"{}") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_bom_decides_whatever_the_header_names(encoding: str) -> None:
    assert charset_of({"content-type": f"{JSON}; charset=koi8-r"}, "\ufeff{}".encode(encoding)) is None

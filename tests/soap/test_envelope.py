"""What the one hardened parse takes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import Malformed, NotUnderstood, Refusal, TooLarge, UnsupportedMedia, VersionMismatch
from gateway.model.request import Dialect
from gateway.soap.envelope import NS11, NS12, Envelope, envelope_of
from tests.builders import a_request

BODY = "<s:Body><op>Zoë</op></s:Body>"
ADDRESSING = "http://www.w3.org/2005/08/addressing"


def an_envelope(inside: str = BODY, *, soap: str = NS11, before: str = "") -> str:
    return f'{before}<s:Envelope xmlns:s="{soap}">{inside}</s:Envelope>'


def headed(block: str, soap: str = NS11) -> bytes:
    return an_envelope(f"<s:Header>{block}</s:Header>{BODY}", soap=soap).encode()


def parsed(body: bytes) -> Envelope:
    return envelope_of(a_request(body))


def value_of(body: bytes) -> str | None:
    return parsed(body).payload.text


def refused(body: str | bytes, expected: type[Refusal]) -> str:
    with pytest.raises(expected) as error:
        parsed(body.encode() if isinstance(body, str) else body)
    return error.value.detail


@pytest.mark.parametrize(("soap", "expected"), [(NS11, Dialect.SOAP11), (NS12, Dialect.SOAP12)])
def test_the_namespace_of_the_envelope_is_its_version(soap: str, expected: Dialect) -> None:
    envelope = parsed(an_envelope(soap=soap).encode())
    assert (expected, "op") == (envelope.dialect, envelope.payload.tag)


@pytest.mark.parametrize("soap", ["http://www.w3.org/2002/06/soap-envelope", "urn:x", ""])
def test_an_unknown_version_is_a_mismatch(soap: str) -> None:
    assert "neither SOAP 1.1's nor 1.2's" in refused(
        f'<Envelope xmlns="{soap}"><Body><op/></Body></Envelope>', VersionMismatch
    )


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "no body"),
        (" \r\n\t", "no body"),
        ("hello", "not well-formed"),
        ('{"call_id": "1"}', "not well-formed"),
        (an_envelope()[:-1], "not well-formed"),
        (an_envelope("<s:Body><op>&nbsp;</op></s:Body>"), "not well-formed"),
        (an_envelope("<s:Body><op>\0</op></s:Body>"), "not well-formed"),
        (an_envelope("<s:Body><op>&#1;</op></s:Body>"), "not well-formed"),
        (an_envelope("<s:Body><op>&#xD800;</op></s:Body>"), "not well-formed"),
        ("<callEnded/>", "not a SOAP envelope"),
        (an_envelope(""), "no Body"),
        (an_envelope("<x:Body xmlns:x='urn:x'><op/></x:Body>"), "no Body"),
        (an_envelope(BODY + BODY), "2 Body elements"),
        (an_envelope("<s:Body/>"), "the Body has no elements"),
        (an_envelope("<s:Body> text </s:Body>"), "the Body has no elements"),
    ],
)
def test_a_frame_that_is_not_sound_is_malformed(body: str, why: str) -> None:
    assert why in refused(body, Malformed)


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE s:Envelope>",
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_malformed_in_every_encoding(doctype: str, encoding: str) -> None:
    assert "DOCTYPE" in refused(an_envelope(before=doctype).encode(encoding), Malformed)


def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hunter2")
    doctype = f'<!DOCTYPE x [<!ENTITY a SYSTEM "{file.as_uri()}">]>'
    assert "hunter2" not in refused(an_envelope("<s:Body><op>&a;</op></s:Body>", before=doctype), Malformed)


@pytest.mark.parametrize("place", ["<op>&a9;</op>", "<op x='&a9;'/>"])
def test_a_billion_laughs_are_refused_at_once(place: str) -> None:
    entities = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
    bomb = an_envelope(f"<s:Body>{place}</s:Body>", before=f'<!DOCTYPE x [<!ENTITY a0 "lol">{entities}]>')
    assert "a limit" in refused(bomb, TooLarge)


def test_a_document_that_is_nested_without_end_is_too_large() -> None:
    refused(an_envelope(f"<s:Body>{'<a>' * 100_000}{'</a>' * 100_000}</s:Body>"), TooLarge)


@pytest.mark.parametrize("before", ['<?xml version="1.0"?>', "<!-- a comment --><?target data?>\n", "\n  "])
def test_what_stands_before_the_envelope_does_not_matter(before: str) -> None:
    assert "Zoë" == value_of(an_envelope(before=before).encode())


def test_comments_and_cdata_inside_a_value_are_no_part_of_it() -> None:
    inside = "<s:Body><!-- first --><op>a<!-- x --><![CDATA[<b> & ]]><?pi?>c</op></s:Body>"
    assert "a<b> & c" == value_of(an_envelope(inside).encode())


@pytest.mark.parametrize(
    ("attributes", "soap"),
    [
        ('s:mustUnderstand="1"', NS11),
        ('s:mustUnderstand="true"', NS11),
        ('s:mustUnderstand="1" s:actor=""', NS11),
        ('s:mustUnderstand="1" s:actor="http://schemas.xmlsoap.org/soap/actor/next"', NS11),
        ('s:mustUnderstand="1"', NS12),
        ('s:mustUnderstand="true"', NS12),
        (f's:mustUnderstand="true" s:role="{NS12}/role/next"', NS12),
        (f's:mustUnderstand="true" s:role="{NS12}/role/ultimateReceiver"', NS12),
    ],
)
def test_a_header_for_us_that_must_be_understood_is_not(attributes: str, soap: str) -> None:
    assert "{urn:h}h must be understood" in refused(headed(f'<h xmlns="urn:h" {attributes}/>', soap), NotUnderstood)


@pytest.mark.parametrize(
    ("block", "soap"),
    [
        ('<h xmlns="urn:h"/>', NS11),
        ('<h xmlns="urn:h" s:mustUnderstand="0"/>', NS11),
        ('<h xmlns="urn:h" s:mustUnderstand="false"/>', NS12),
        ('<h xmlns="urn:h" mustUnderstand="1"/>', NS11),
        ('<h xmlns="urn:h" s:mustUnderstand="1" s:actor="urn:another"/>', NS11),
        (f'<h xmlns="urn:h" s:mustUnderstand="1" s:role="{NS12}/role/none"/>', NS12),
        (f'<a:Action xmlns:a="{ADDRESSING}" s:mustUnderstand="1">urn:x</a:Action>', NS11),
        (f'<a:To xmlns:a="{ADDRESSING}" s:mustUnderstand="true">urn:x</a:To>', NS12),
    ],
)
def test_other_headers_pass(block: str, soap: str) -> None:
    assert "Zoë" == value_of(headed(block, soap))


@pytest.mark.parametrize(
    "body",
    [
        an_envelope().encode(),
        an_envelope().encode("utf-8-sig"),
        an_envelope().encode("utf-16"),
        an_envelope(before='<?xml version="1.0" encoding="utf-16"?>').encode("utf-16"),
        an_envelope(before='<?xml version="1.0" encoding="utf-16"?>').encode("utf-16-be"),
        an_envelope(before='<?xml version="1.0" encoding="iso-8859-1"?>').encode("latin-1"),
    ],
)
def test_the_document_itself_may_say_its_encoding(body: bytes) -> None:
    assert "Zoë" == value_of(body)


@pytest.mark.parametrize(
    ("content_type", "encoding", "before"),
    [
        ("text/xml; charset=iso-8859-1", "latin-1", ""),
        ('text/xml; charset="ISO-8859-1"; action="x"', "latin-1", ""),
        ("text/xml; charset=iso-8859-1", "latin-1", '<?xml version="1.0" encoding="utf-8"?>'),
        ("text/xml; charset=windows-1252", "cp1252", ""),
        ("text/xml; charset=UTF-8", "utf-8", ""),
        ("text/xml; charset=utf-16", "utf-16", ""),
        ("text/xml; charset=utf-16", "utf-16-be", ""),
        ("text/xml; charset=utf-16le", "utf-16-le", ""),
        ("text/xml; charset=utf-16be", "utf-16-be", ""),
        ("text/xml; charset=iso-8859-1", "utf-8-sig", ""),
    ],
)
def test_the_header_outranks_the_document_and_a_byte_order_mark_both(
    content_type: str, encoding: str, before: str
) -> None:
    request = a_request(an_envelope(before=before).encode(encoding), headers={"Content-Type": content_type})
    assert "Zoë" == envelope_of(request).payload.text


@pytest.mark.parametrize("charset", ["utf-7", "bogus", "rot13", "zlib_codec", "idna", "utf_8_\0"])
def test_a_charset_that_we_do_not_read_is_unsupported_media(charset: str) -> None:
    request = a_request(an_envelope().encode(), headers={"Content-Type": f'text/xml; charset="{charset}"'})
    with pytest.raises(UnsupportedMedia):
        envelope_of(request)


@pytest.mark.parametrize("charset", ["utf-7", "bogus"])
def test_a_charset_that_only_the_document_names_is_no_other(charset: str) -> None:
    body = an_envelope(before=f'<?xml version="1.0" encoding="{charset}"?>').replace("ë", "e")
    refused(body, UnsupportedMedia)


@pytest.mark.parametrize("charset", ["shift_jis", "euc-jp", "koi8-r", "windows-1252", "utf-32"])
def test_whatever_python_lists_as_text_is_read(charset: str) -> None:
    text = "Д" if charset in {"koi8-r", "euc-jp", "shift_jis"} else "ë"
    body = an_envelope(f"<s:Body><op>{text}</op></s:Body>", before=f'<?xml version="1.0" encoding="{charset}"?>')
    assert text == value_of(body.encode(charset))


def test_a_document_that_wrongly_calls_itself_utf_16_is_read_and_told() -> None:
    request = a_request(an_envelope(before='<?xml version="1.0" encoding="utf-16"?>').encode())
    assert "Zoë" == envelope_of(request).payload.text
    assert ["the XML says that it is utf-16; it was read as UTF-8"] == request.notes


@pytest.mark.parametrize(("depth", "is_taken"), [(62, True), (63, False), (200, False)])
def test_a_document_is_at_most_64_deep(depth: int, is_taken: bool) -> None:
    body = an_envelope(f"<s:Body>{'<a>' * depth}{'</a>' * depth}</s:Body>").encode()
    if is_taken:
        parsed(body)
    else:
        with pytest.raises(TooLarge):
            parsed(body)


def test_bytes_that_are_not_of_the_named_charset_are_malformed() -> None:
    request = a_request(an_envelope().encode("latin-1"), headers={"Content-Type": "text/xml; charset=utf-8"})
    with pytest.raises(Malformed):
        envelope_of(request)


def test_the_envelope_of_a_request_is_parsed_once() -> None:
    request = a_request(an_envelope().encode())
    assert envelope_of(request) is envelope_of(request)

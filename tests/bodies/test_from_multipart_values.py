"""What a multipart form's fields and files hold: text in somebody's charset, bytes that only a base64 field takes."""

from __future__ import annotations

import pytest

from gateway.errors import ContractViolation, Malformed, UnsupportedMedia
from gateway.model.field_reading import Reading
from tests.bindings.test_http import LENIENT, STRICT
from tests.bodies import read, refused, violations
from tests.bodies.test_from_multipart import CALL, file, form, part

GUESSED = "a field is not UTF-8 and names no charset; it was read as Windows-1252"


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_a_base64_field_takes_a_file(reading: Reading) -> None:
    request = form(
        CALL, file("voice"), file("photos", b"a"), file("photos", b"b"), file("customer[photo]"), part("customer[name]")
    )
    assert [
        {
            "call_id": "1",
            "voice": "AP8=",
            "photos": ["YQ==", "Yg=="],
            "customer": {"name": "1", "photo": "AP8="},
        }
    ] == read(request, reading)


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_a_base64_field_takes_text_that_is_base64(reading: Reading) -> None:
    assert [{"call_id": "1", "voice": "AP8="}] == read(form(CALL, part("voice", "AP8=\r\n")), reading)


def test_an_empty_file_is_absent() -> None:
    assert [{"call_id": "1"}] == read(form(CALL, file("voice", b""), file("photos", b"", filename="")), STRICT)


@pytest.mark.parametrize(
    ("name", "path", "message"),
    [
        ("notes", "/notes", "must be text, not a file"),
        ("count", "/count", "must be an integer, not a file"),
        ("tags", "/tags/0", "must be text, not a file"),
        ("customer", "/customer", "must be an object, not a file"),
        ("customer[phones]", "/customer/phones/0", "must be text, not a file"),
        ("segments[0]", "/segments/0", "must be an object, not a file"),
        ("customer[x]", "/customer/x", "is a file, and no field of this event takes it"),
        ("attachment", "/attachment", "is a file, and no field of this event takes it"),
        ("a/b~c", "/a~1b~0c", "is a file, and no field of this event takes it"),
        ("other[0]", "/other[0]", "is a file, and no field of this event takes it"),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_a_file_that_no_field_takes_is_a_violation(name: str, path: str, message: str, reading: Reading) -> None:
    needed = [] if name == "customer" else [part("customer[name]")]
    error = refused(form(CALL, *needed, file(name)), ContractViolation, reading)
    assert [(path, message)] == violations(error)


def test_two_files_of_one_field_are_one_too_many() -> None:
    error = refused(form(CALL, file("voice"), file("voice")), ContractViolation)
    assert [("/voice", "is sent twice")] == violations(error)


@pytest.mark.parametrize(("name", "other"), [("voice", "audio"), ("photos", "pictures")])
def test_a_file_under_another_name_of_its_field_is_one_too_many_where_it_differs(name: str, other: str) -> None:
    error = refused(form(CALL, file(name, b"a"), file(other, b"b")), ContractViolation)
    assert [(f"/{other}", "is a file, and no field of this event takes it")] == violations(error)
    same = read(form(CALL, file(name, b"a"), file(other, b"a")))
    assert [{"call_id": "1", name: "YQ==" if name == "voice" else ["YQ=="]}] == same


@pytest.mark.parametrize(
    "disposition",
    [
        b'; name="voice"; filename="a.bin"',
        b'; name="voice"; filename=""',
        b"; name=voice; filename=a.bin",
        b'; filename="a;b=\\"c\\".bin"; name="voice"',
        b"; name=\"voice\"; filename*=UTF-8''%C3%AB.bin",
        b'; name="voice"; filename="e.bin"; filename*=UTF-8\'\'%C3%AB.bin',
        b"; name=\"voice\"; filename*=ISO-8859-1''%EB.bin",
        b"; name=\"voice\"; filename*=KOI8-R''%C3.bin",
        b'; name="voice"; filename="\xc3\xab.bin"',
    ],
)
def test_a_part_with_a_file_name_of_any_form_is_a_file(disposition: bytes) -> None:
    assert [{"call_id": "1", "voice": "AP8="}] == read(form(CALL, part(disposition, b"\x00\xff")))


@pytest.mark.parametrize(
    ("charset", "value", "expected"),
    [
        ("iso-8859-1", b"Zo\xeb", "Zoë"),
        ('"windows-1252"', b"5 \x80", "5 €"),
        ("UTF-8", b"Zo\xc3\xab", "Zoë"),
        ("utf-16le", "Zoë".encode("utf-16-le"), "Zoë"),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_a_field_is_in_the_charset_that_its_part_says(
    charset: str, value: bytes, expected: str, reading: Reading
) -> None:
    field = part("notes", value, f"Content-Type: text/plain; charset={charset}")
    other = part("_charset_", "koi8-r")
    for request in (form(CALL, field), form(other, CALL, field)):
        assert [{"call_id": "1", "notes": expected}] == read(request, reading)
        assert [] == request.notes


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_a_field_called_charset_names_the_charset_of_all_and_is_none_itself(place: int, reading: Reading) -> None:
    parts = [CALL, part("notes", b"5 \xa4")]
    parts.insert(place, part("_charset_", "ISO-8859-15"))
    request = form(*parts)
    assert [{"call_id": "1", "notes": "5 €"}] == read(request, reading)
    assert [] == request.notes


@pytest.mark.parametrize("said", ["", "  "])
def test_a_field_called_charset_that_is_blank_says_nothing(said: str) -> None:
    assert [{"call_id": "1", "notes": "ë"}] == read(form(part("_charset_", said), CALL, part("notes", "ë")), STRICT)


def test_without_a_charset_a_field_is_utf_8() -> None:
    request = form(CALL, part("notes", "ë", "Content-Type: text/plain"))
    assert [{"call_id": "1", "notes": "ë"}] == read(request, STRICT)
    assert [] == request.notes


def test_a_field_that_is_not_utf_8_is_leniently_windows_1252_and_its_sender_is_told_once() -> None:
    request = form(CALL, part("notes", b"\x80"), part("tags", b"\xeb"), part("tags", "ë"))
    assert [{"call_id": "1", "notes": "€", "tags": ["ë", "ë"]}] == read(request)
    assert [GUESSED] == request.notes


@pytest.mark.parametrize(
    ("parts", "reading", "why"),
    [
        ([part("notes", b"\xeb")], STRICT, "the field 'notes' is not utf-8"),
        ([part("notes", b"\x81")], LENIENT, "the field 'notes' is neither UTF-8 nor Windows-1252"),
        ([part("x" * 99, b"\xeb")], STRICT, f"the field '{'x' * 60}' is not utf-8"),
        (
            [part("notes", b"\xeb", "Content-Type: text/plain; charset=utf-8")],
            LENIENT,
            "the field 'notes' is not utf-8",
        ),
        ([part("_charset_", "us-ascii"), part("notes", b"\xeb")], LENIENT, "the field 'notes' is not ascii"),
    ],
)
def test_a_field_that_is_not_in_its_charset_is_malformed(parts: list[bytes], reading: Reading, why: str) -> None:
    assert why == refused(form(CALL, *parts), Malformed, reading).detail


@pytest.mark.parametrize(
    "parts", [[part("notes", "x", "Content-Type: text/plain; charset=klingon")], [part("_charset_", "klingon")]]
)
def test_a_charset_that_we_do_not_read_is_unsupported(parts: list[bytes]) -> None:
    assert (
        "the charset 'klingon' is not one we read; send UTF-8" == refused(form(CALL, *parts), UnsupportedMedia).detail
    )

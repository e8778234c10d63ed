"""Multipart forms: fields are text in the charset of their part, files are bytes that only a base64 field takes."""

from __future__ import annotations

import pytest

from gateway.bodies.from_multipart import MAX_PARTS
from gateway.errors import ContractViolation, Malformed, TooLarge, UnsupportedMedia
from gateway.model.field_reading import Reading
from gateway.model.reading import Data
from gateway.model.request import Request
from tests.bindings.test_http import LENIENT, STRICT, sent
from tests.bodies import read, refused, violations

FORM = "multipart/form-data; boundary=b"
END = b"--b--\r\n"


def part(name: str | bytes, value: str | bytes = b"1", *heads: str) -> bytes:
    """A part whose disposition is `name`, or has that name where it is no bytes."""
    disposition = name if isinstance(name, bytes) else b'; name="' + name.encode() + b'"'
    head = b"Content-Disposition: form-data" + disposition + b"".join(b"\r\n" + one.encode() for one in heads)
    return b"--b\r\n" + head + b"\r\n\r\n" + (value if isinstance(value, bytes) else value.encode()) + b"\r\n"


def file(name: str, content: bytes = b"\x00\xff", filename: str = "a.bin") -> bytes:
    return part(f'; name="{name}"; filename="{filename}"'.encode(), content, "Content-Type: application/octet-stream")


CALL = part("call_id")


def form(*parts: bytes, end: bytes = END) -> Request:
    return sent(b"".join(parts) + end, FORM)


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_fields_are_text_as_it_was_sent(reading: Reading) -> None:
    request = form(
        CALL, part("notes", " a+b%20c\r\nd\r\n--c "), part("tags", "b"), part("tags", "a"), part("count", "7")
    )
    assert [{"call_id": "1", "count": 7, "notes": " a+b%20c\r\nd\r\n--c ", "tags": ["b", "a"]}] == read(
        request, reading
    )
    assert ("multipart", []) == (request.binding, request.notes)


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_fields_are_nested_as_in_any_form(reading: Reading) -> None:
    names = ("customer[name]", "customer.phones", "segments[0][agent_id]", "segments.0.party.name", "tags[]")
    assert [
        {
            "call_id": "1",
            "tags": ["1"],
            "customer": {"name": "1", "phones": ["1"]},
            "segments": [{"agent_id": "1", "party": {"name": "1"}}],
        }
    ] == read(form(CALL, *map(part, names)), reading)


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        (b'; name="a\\"b"', 'a"b'),
        (b'; name="a%22b"', 'a"b'),
        (b'; name="a b;c=d"', "a b;c=d"),
        (b"; name=a", "a"),
        (b'; NAME="a"', "a"),
        ('; name="ë"'.encode(), "ë"),
        (b"; name*=UTF-8''%C3%AB", "ë"),
        (b'; name=""', ""),
    ],
)
def test_a_name_is_read_however_it_is_quoted(disposition: bytes, expected: str) -> None:
    assert [{"call_id": "1", "extra": {expected: "1"}}] == read(form(CALL, part(disposition)))


@pytest.mark.parametrize(
    ("boundary", "written"),
    [
        ("b", "b"),
        ('"b"', "b"),
        ("----WebKitFormBoundary7MA4YWxkTrZu0gW", "----WebKitFormBoundary7MA4YWxkTrZu0gW"),
        ('"a b\'()+_,-./:=?c"', "a b'()+_,-./:=?c"),
        ("x" * 200, "x" * 200),
        ("b; charset=utf-8", "b"),
        ('"b.*[c"', "b.*[c"),
    ],
)
def test_a_boundary_may_be_odd(boundary: str, written: str) -> None:
    body = (CALL + END).replace(b"--b", b"--" + written.encode())
    assert [{"call_id": "1"}] == read(sent(body, f"multipart/form-data; boundary={boundary}"))


@pytest.mark.parametrize("after", ["", "; boundary=", '; boundary=""', "; boundary=" + "x" * 201, "; boundary=\xeb"])
def test_a_type_without_a_boundary_that_is_one_is_malformed(after: str) -> None:
    error = refused(sent(CALL + END, f"multipart/form-data{after}"), Malformed)
    assert "the multipart body's type names no boundary, or one that is none" == error.detail


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (CALL, "it is broken or cut"),
        (CALL[:-10], "it is broken or cut"),
        (CALL + b"--b\r\nContent-Disposition: form-data; na", "it is broken or cut"),
        (CALL + b"--b\r\nX-A: 1\r\n\r\n1\r\n" + END, "it is broken or cut: Missing Content-Disposition header"),
        (CALL + part(b'; name="Zo\xeb"') + END, "it is broken or cut"),
        (b"hello", "none of its boundaries is in it"),
        (CALL.replace(b"--b", b"--c") + b"--c--\r\n", "none of its boundaries is in it"),
    ],
)
def test_a_body_that_is_cut_or_has_other_boundaries_is_malformed(body: bytes, why: str) -> None:
    detail = refused(sent(body, FORM), Malformed).detail
    assert detail.startswith(f"the body is no multipart form: {why}")
    assert len(detail) <= 200


@pytest.mark.parametrize("disposition", [b"", b'; filename="a.bin"', b"; nam=x"])
def test_a_part_without_a_name_is_malformed(disposition: bytes) -> None:
    assert "a part of the form has no name" == refused(form(CALL, part(disposition)), Malformed).detail


@pytest.mark.parametrize("coding", ["7bit", "8BIT", "binary", " Binary "])
def test_a_transfer_encoding_that_changes_nothing_is_taken(coding: str) -> None:
    field = part("notes", "ë", f"Content-Transfer-Encoding: {coding}")
    assert [{"call_id": "1", "notes": "ë"}] == read(form(CALL, field), STRICT)


@pytest.mark.parametrize("coding", ["base64", "Quoted-Printable", "x-uuencode"])
def test_a_part_in_another_transfer_encoding_is_unsupported(coding: str) -> None:
    error = refused(form(CALL, part("voice", "AP8=", f"Content-Transfer-Encoding: {coding}")), UnsupportedMedia)
    assert f"the part 'voice' has the transfer encoding {coding.lower()!r}; send it as it is" == error.detail


@pytest.mark.parametrize(
    ("before", "end"),
    [
        (b"This is a message\r\nin several parts.\r\n", END),
        (b"\r\n", END),
        (b"", b"--b--"),
        (b"", b"--b--\r\nwhat comes after\r\n--b\r\n"),
        (b"--not-b\r\n", b"--b--  \r\n"),
    ],
)
def test_what_stands_before_and_after_the_parts_is_left_out(before: bytes, end: bytes) -> None:
    assert [{"call_id": "1"}] == read(form(before, CALL, end=end))


def test_lines_may_end_with_a_line_feed_alone() -> None:
    body = b"".join([CALL, part("notes", "x"), END]).replace(b"\r\n", b"\n")
    assert [{"call_id": "1", "notes": "x"}] == read(sent(body, FORM))


def test_a_form_without_parts_is_an_empty_message() -> None:
    assert [("/call_id", "is required")] == violations(refused(form(), ContractViolation))


def test_as_many_parts_as_the_limit_are_read_and_one_more_is_too_many() -> None:
    most = [CALL, *[part("tags", "a")] * (MAX_PARTS - 1)]
    assert MAX_PARTS - 1 == len(read(form(*most))[0]["tags"])
    assert f"the form has more than {MAX_PARTS} parts" == refused(form(*most, CALL), TooLarge).detail


def test_the_head_of_a_part_has_a_limit_too() -> None:
    def padded(count: int) -> Request:
        return form(CALL, part("notes", "x" * 50_000, "X-Padding: " + "y" * count))

    expected: list[Data] = [{"call_id": "1", "notes": "x" * 50_000}]
    assert expected == read(padded(16_000))
    assert "the head of a part has more than 16384 bytes" == refused(padded(17_000), TooLarge).detail

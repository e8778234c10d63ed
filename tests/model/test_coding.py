"""Content codings are undone in their order, bounded by what comes out; what can't be undone is malformed."""

from __future__ import annotations

import gzip
import zlib

import pytest

from gateway.errors import Malformed, TooLarge, UnsupportedMedia
from gateway.model.coding import codings_of, first_inflated, inflated

BODY = b'{"call_id":"4711"}' * 2000
SMALL = b'{"call_id":"4711"}'
LIMIT = 2**20


def deflated(body: bytes) -> bytes:
    """Without zlib's frame, as some senders understand `deflate`."""
    return zlib.compress(body)[2:-4]


def undone(body: bytes, coding: str, limit: int = LIMIT) -> bytes:
    return inflated({"content-encoding": coding}, body, limit)


@pytest.mark.parametrize("body", [BODY, SMALL, b"", b"\0" * 100_000, bytes(range(256)) * 300])
def test_a_coding_is_undone(body: bytes) -> None:
    assert body == undone(gzip.compress(body, mtime=0), "gzip") == undone(gzip.compress(body, mtime=0), "x-gzip")
    assert body == undone(zlib.compress(body), "deflate") == undone(deflated(body), "deflate")


@pytest.mark.parametrize("level", range(10))
def test_deflate_of_every_level_is_told_from_bare_deflate(level: int) -> None:
    framed = zlib.compress(BODY, level)
    assert BODY == undone(framed, "deflate") == undone(framed[2:-4], "deflate")


@pytest.mark.parametrize("name", ["GZIP", " gzip ", "gzip,", "identity, gzip", "gzip, identity", ", gzip"])
def test_a_coding_is_named_in_any_case_and_beside_none(name: str) -> None:
    assert SMALL == undone(gzip.compress(SMALL, mtime=0), name)


@pytest.mark.parametrize("name", ["", "identity", " , ", "identity, identity"])
def test_where_there_is_no_coding_a_body_stays_as_it_is(name: str) -> None:
    assert SMALL == undone(SMALL, name) == inflated({}, SMALL, LIMIT)
    assert b"" == undone(b"", name)


def test_the_coding_that_was_applied_last_is_undone_first() -> None:
    twice = zlib.compress(gzip.compress(BODY, mtime=0))
    assert ["deflate", "gzip"] == codings_of({"content-encoding": "gzip, deflate"})
    assert BODY == undone(twice, "gzip, deflate")
    with pytest.raises(Malformed, match="the body is not deflate"):
        undone(twice, "deflate, gzip")


def test_three_codings_are_one_too_many() -> None:
    with pytest.raises(UnsupportedMedia, match="the body is encoded 3 times; at most 2 are read"):
        undone(gzip.compress(gzip.compress(gzip.compress(SMALL, mtime=0))), "gzip, gzip, gzip")


@pytest.mark.parametrize("name", ["br", "zstd", "compress", "aes128gcm", "gzip;q=1", "x" * 1000])
@pytest.mark.parametrize("before", ["", "gzip, "])
def test_a_coding_that_we_do_not_read_is_unsupported_and_named(before: str, name: str) -> None:
    with pytest.raises(UnsupportedMedia) as error:
        undone(SMALL, before + name)
    assert f"the content encoding {name[:40]!r} is not one we read; send gzip, or none" == error.value.detail


def test_all_members_are_read_whatever_their_number_and_size() -> None:
    members = [SMALL, b"", BODY, SMALL * 5000, b""]
    assert b"".join(members) == undone(b"".join(map(gzip.compress, members)), "gzip")
    assert SMALL * 1000 == undone(gzip.compress(SMALL, mtime=0) * 1000, "gzip")


def test_more_than_a_thousand_members_are_malformed() -> None:
    with pytest.raises(Malformed, match="the gzip body has more than 1000 members"):
        undone(gzip.compress(b"", mtime=0) * 1001, "gzip")


@pytest.mark.parametrize("zeros", [1, 511, 100_000])
def test_zeros_after_the_end_are_padding(zeros: int) -> None:
    assert SMALL == undone(gzip.compress(SMALL, mtime=0) + b"\0" * zeros, "gzip")
    assert SMALL * 2 == undone(gzip.compress(SMALL, mtime=0) * 2 + b"\0" * zeros, "gzip")


@pytest.mark.parametrize(
    "after",
    [b"x", b"{}", b"\0\0x", b"\x1f\x8b", gzip.compress(SMALL, mtime=0)[:-1], b"\0" + gzip.compress(SMALL, mtime=0)],
)
def test_anything_else_after_the_end_is_malformed(after: bytes) -> None:
    with pytest.raises(Malformed):
        undone(gzip.compress(SMALL, mtime=0) + after, "gzip")


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 20, 10_000])
def test_a_body_that_is_cut_short_is_malformed(cut: int) -> None:
    noise = gzip.compress(zlib.compress(BODY) + bytes(range(256)) * 100, 0)
    with pytest.raises(Malformed, match="the gzip body ends too early"):
        undone(noise[:-cut], "gzip")


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_an_empty_body_was_never_encoded(coding: str) -> None:
    with pytest.raises(Malformed, match=f"the {coding} body ends too early"):
        undone(b"", coding)


@pytest.mark.parametrize(
    "body", [SMALL, b"call_id=1", b"\x1f\x8b\x09" + gzip.compress(SMALL, mtime=0)[3:], b"\xff" * 100]
)
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_is_not_encoded_at_all_is_malformed(body: bytes, coding: str) -> None:
    with pytest.raises(Malformed, match=f"the (body is not {coding}|{coding} body ends too early)"):
        undone(body, coding)


@pytest.mark.parametrize("place", [-1, -5])
def test_a_wrong_checksum_or_length_is_malformed(place: int) -> None:
    broken = bytearray(gzip.compress(SMALL, mtime=0))
    broken[place] ^= 1
    with pytest.raises(Malformed, match=r"the body is not gzip: .*incorrect (data|length) check"):
        undone(bytes(broken), "gzip")


def test_as_many_bytes_as_the_limit_come_out_and_not_one_more() -> None:
    for packed, coding in (
        (gzip.compress(BODY, mtime=0), "gzip"),
        (zlib.compress(BODY), "deflate"),
        (deflated(BODY), "deflate"),
    ):
        assert BODY == undone(packed, coding, len(BODY))
        with pytest.raises(TooLarge) as error:
            undone(packed, coding, len(BODY) - 1)
        assert f"the body has more than {len(BODY) - 1} bytes when it is inflated" == error.value.detail


def test_the_limit_holds_for_all_members_together_and_for_each_coding() -> None:
    packed = gzip.compress(SMALL, mtime=0) * 100
    assert SMALL * 100 == undone(packed, "gzip", len(SMALL) * 100)
    with pytest.raises(TooLarge):
        undone(packed, "gzip", len(SMALL) * 100 - 1)
    with pytest.raises(TooLarge):
        undone(gzip.compress(gzip.compress(b"\0" * 10**7, mtime=0)), "gzip, gzip", 10_000)


def test_a_bomb_is_refused_before_it_is_whole() -> None:
    bomb = gzip.compress(b"\0" * 10**7, mtime=0)
    assert len(bomb) < 20_000
    with pytest.raises(TooLarge, match="more than 1000 bytes when it is inflated"):
        undone(bomb, "gzip", 1000)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, deflate"])
def test_the_first_bytes_are_inflated_from_the_first_bytes(coding: str) -> None:
    packed = {
        "gzip": gzip.compress(BODY, mtime=0),
        "deflate": deflated(BODY),
        "gzip, deflate": zlib.compress(gzip.compress(BODY, mtime=0)),
    }
    whole = first_inflated({"content-encoding": coding}, packed[coding], 4096)
    assert BODY[:4096] == whole
    cut = first_inflated({"content-encoding": coding}, packed[coding][:100], 4096)
    assert cut
    assert BODY.startswith(cut)


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, gzip, gzip"])
def test_first_bytes_that_cannot_be_inflated_stay_as_they_are(coding: str) -> None:
    assert SMALL == first_inflated({"content-encoding": coding}, SMALL, 10_000)

"""A file on its way in: one at a time, and gone on with only where that is sound."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.recordings.partial import Busy, Full, Kept, Partial

LINK = "https://recordings.example.org/1.wav"


def a_partial(tmp_path: Path, link: str = LINK, room: Callable[[], int] = lambda: 10**9) -> Partial:
    return Partial(tmp_path / "part", link, room)


def broken_off(tmp_path: Path, content: bytes = b"first") -> None:
    part = a_partial(tmp_path)
    part.begin(0, 10, '"one"')
    part.write([content])
    part.close()


def names(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.iterdir())


def test_what_broke_off_is_gone_on_with_and_its_digest_is_of_all(tmp_path: Path) -> None:
    broken_off(tmp_path)
    part = a_partial(tmp_path)
    assert Kept(5, '"one"') == part.kept()
    part.begin(5, 6, '"one"')
    part.write([b"second"])
    assert (11, sha256(b"firstsecond").hexdigest()) == (part.size, part.digest)
    assert b"firstsecond" == part.read(lambda file: file.read())
    part.close()


def test_it_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    part = a_partial(tmp_path)
    with pytest.raises(Busy):
        a_partial(tmp_path)
    part.close()
    a_partial(tmp_path).close()


def test_nothing_that_came_leaves_nothing(tmp_path: Path) -> None:
    a_partial(tmp_path).close()
    assert [] == names(tmp_path)


def test_what_is_kept_stays_where_nothing_more_came(tmp_path: Path) -> None:
    broken_off(tmp_path)
    a_partial(tmp_path).close()
    part = a_partial(tmp_path)
    assert Kept(5, '"one"') == part.kept()
    part.drop()
    part.close()
    assert [] == names(tmp_path)


def test_a_note_is_of_its_link_and_of_what_is_there(tmp_path: Path) -> None:
    broken_off(tmp_path)
    other = a_partial(tmp_path, "https://recordings.example.org/2.wav")
    assert other.kept() is None
    other.close()
    (tmp_path / "part").write_bytes(b"fir")
    part = a_partial(tmp_path)
    assert part.kept() is None
    part.close()


@pytest.mark.parametrize("note", ["", "{", "[]", "{}", '{"link": 1}'])
def test_a_note_that_is_none_is_none(tmp_path: Path, note: str) -> None:
    broken_off(tmp_path)
    (tmp_path / "part.note").write_text(note)
    part = a_partial(tmp_path)
    assert part.kept() is None
    part.close()


def test_what_was_written_behind_the_note_is_dropped(tmp_path: Path) -> None:
    broken_off(tmp_path)
    with (tmp_path / "part").open("ab") as file:
        file.write(b"never made durable")
    part = a_partial(tmp_path)
    part.begin(5, 1, '"one"')
    part.write([b"!"])
    assert b"first!" == part.read(lambda file: file.read())
    part.close()


@pytest.mark.parametrize(("validator", "is_whole"), [("", False), ('"one"', True)])
def test_what_cannot_be_gone_on_with_has_no_note(tmp_path: Path, validator: str, is_whole: bool) -> None:
    part = a_partial(tmp_path)
    part.begin(0, 1, validator)
    part.write([b"x"])
    part.is_whole = is_whole
    part.close()
    assert ["part"] == names(tmp_path)


def test_too_little_room_is_told_before_and_while_it_is_written(tmp_path: Path) -> None:
    rooms = iter([10, 2])
    part = a_partial(tmp_path, room=lambda: next(rooms))
    part.begin(0, 10)
    with pytest.raises(Full, match="3 bytes of room are missing"):
        part.write([b"12345"])
    part.close()
    part = a_partial(tmp_path, room=lambda: -5)
    with pytest.raises(Full, match="15 bytes"):
        part.begin(0, 10)
    part.close()


def test_what_was_stored_just_before_somebody_was_killed_is_never_written_into(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"stored")
    os.link(tmp_path / "part", tmp_path / "stored.wav")
    part = a_partial(tmp_path)
    part.begin(0, 1)
    part.write([b"x"])
    part.close()
    assert b"stored" == (tmp_path / "stored.wav").read_bytes()

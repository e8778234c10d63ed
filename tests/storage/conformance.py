"""The sentences that every kind of storage must satisfy."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import Any

import pytest

from gateway.storage import Storage


def put(storage: Storage, path: str, content: bytes, key: str = "crm.1") -> str:
    part = storage.part(key)
    part.write_bytes(content)
    stored = storage.put(part, path, sha256(content).hexdigest())
    assert not part.exists()
    return stored


def content_of(storage: Storage, path: str) -> bytes:
    with storage.open(path) as file:
        return file.read()


class Conformance:
    """Say what the kind stores into, and how it is made for that."""

    def place(self) -> AbstractContextManager[Any]:
        raise NotImplementedError

    def a_storage(self, place: Any) -> Storage:
        raise NotImplementedError

    def test_what_was_put_is_there_byte_for_byte(self) -> None:
        with self.place() as place:
            storage = self.a_storage(place)
            assert "acme/4711.wav" == put(storage, "acme/4711.wav", b"\0sound\xff")
            assert b"\0sound\xff" == content_of(self.a_storage(place), "acme/4711.wav")

    def test_the_same_content_is_stored_once(self) -> None:
        with self.place() as place:
            storage = self.a_storage(place)
            assert ["a.wav", "a.wav"] == [put(storage, "a.wav", b"same") for _ in range(2)]

    def test_another_content_gets_a_number_and_nothing_is_overwritten(self) -> None:
        with self.place() as place:
            storage = self.a_storage(place)
            stored = [put(storage, "a.wav", content) for content in (b"one", b"two", b"six", b"two", b"longer")]
            assert ["a.wav", "a-2.wav", "a-3.wav", "a-2.wav", "a-4.wav"] == stored
            assert b"one" == content_of(storage, "a.wav")

    def test_a_part_is_the_same_for_the_same_key_and_its_own_for_each(self) -> None:
        with self.place() as place:
            storage = self.a_storage(place)
            assert storage.part("crm.1") == storage.part("crm.1") != storage.part("crm.2")

    def test_what_is_removed_is_gone(self) -> None:
        with self.place() as place:
            storage = self.a_storage(place)
            put(storage, "acme/a.wav", b"one")
            assert [True, False] == [storage.remove("acme/a.wav") for _ in range(2)]
            with pytest.raises(FileNotFoundError):
                storage.open("acme/a.wav")

    @pytest.mark.parametrize("path", ["../a", "/etc/passwd", "a/../../b", "", ".partial/x", "a/./../b", "a\0b"])
    def test_no_path_leads_out_of_it(self, path: str) -> None:
        with self.place() as place:
            storage = self.a_storage(place)
            with pytest.raises(FileNotFoundError):
                storage.open(path)
            with pytest.raises(FileNotFoundError):
                storage.remove(path)

    def test_there_is_room(self) -> None:
        with self.place() as place:
            storage = self.a_storage(place)
            storage.part("crm.1")
            assert storage.room() > 0

    def test_what_is_older_is_swept_and_what_is_newer_stays(self) -> None:
        with self.place() as place:
            storage = self.a_storage(place)
            put(storage, "acme/a.wav", b"one")
            storage.part("crm.1").write_bytes(b"part")
            now = time.time()
            assert 0 == storage.sweep(None, now - 100, lambda: True)
            assert 0 == storage.sweep(now - 100, now - 100, lambda: True)
            assert 0 == storage.sweep(now + 100, now + 100, lambda: False)
            assert 1 == storage.sweep(None, now + 100, lambda: True)
            assert 1 == storage.sweep(now + 100, now + 100, lambda: True)
            with pytest.raises(FileNotFoundError):
                storage.open("acme/a.wav")

    def test_a_place_that_is_not_there_yet_has_nothing_to_sweep(self) -> None:
        with self.place() as place:
            assert 0 == self.a_storage(place).sweep(time.time(), time.time(), lambda: True)

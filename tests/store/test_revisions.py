"""Revisions of the configuration: numbered by content, the newest in force."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from gateway.store.revisions import Revisions
from gateway.store.store import Store
from gateway.store.tables import micros, revisions
from tests.builders import NOON

ONE = {"gateway.toml": "listen = 1\n", "contract.toml": 'doc = "Größe"\n'}
TWO = {"gateway.toml": "listen = 2\n"}


@pytest.fixture
def kept(store: Store) -> Revisions:
    return store.revisions


def test_there_is_none_at_first(kept: Revisions) -> None:
    assert 0 == kept.newest()


def test_each_new_content_is_the_next_number(kept: Revisions) -> None:
    assert [1, 2] == [kept.record_unseen(ONE, "ann", NOON), kept.record_unseen(TWO, "ann", NOON)]
    assert 2 == kept.newest()


def test_the_files_come_back_as_they_were(kept: Revisions) -> None:
    kept.record_unseen(ONE, "ann", NOON)
    kept.record_unseen(TWO, "ann", NOON)
    assert (ONE, TWO) == (kept.files(1), kept.files(2))


def test_a_revision_that_never_was_has_no_files(kept: Revisions) -> None:
    with pytest.raises(NoResultFound):
        kept.files(1)


def test_an_old_process_that_starts_again_changes_nothing(kept: Revisions) -> None:
    kept.record_unseen(ONE, "ann", NOON)
    kept.record_unseen(TWO, "ann", NOON)
    assert 2 == kept.record_unseen(ONE, "ann", NOON)
    assert (2, TWO) == (kept.newest(), kept.files(2))


def test_what_a_person_puts_in_force_is_the_newest_though_it_was_seen_before(kept: Revisions) -> None:
    kept.record_unseen(ONE, "ann", NOON)
    kept.record_unseen(TWO, "ann", NOON)
    assert 3 == kept.put_in_force(ONE, "bob", NOON)
    assert (3, ONE) == (kept.newest(), kept.files(3))


@pytest.mark.parametrize("record", [Revisions.put_in_force, Revisions.record_unseen])
def test_what_is_in_force_is_not_recorded_again(kept: Revisions, record: object) -> None:
    assert callable(record)
    assert [1, 1] == [record(kept, ONE, "ann", NOON), record(kept, dict(reversed(ONE.items())), "bob", NOON)]
    assert 1 == kept.newest()


def test_who_and_when_is_recorded(store: Store) -> None:
    store.revisions.put_in_force(ONE, "ann", NOON)
    store.revisions.put_in_force(TWO, "bob", NOON + timedelta(hours=1))
    columns = revisions.c
    with store.database.reading() as connection:
        rows = connection.execute(select(columns.number, columns.by, columns.at).order_by(columns.number))
        assert [(1, "ann", micros(NOON)), (2, "bob", micros(NOON) + 3_600_000_000)] == [tuple(row) for row in rows]


def test_other_names_for_the_same_text_are_another_revision(kept: Revisions) -> None:
    assert [1, 2] == [kept.record_unseen({"a": "x"}, "ann", NOON), kept.record_unseen({"b": "x"}, "ann", NOON)]

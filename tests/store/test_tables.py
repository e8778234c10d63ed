"""The tables: how times are stored, and that a row id is given once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import delete, insert

from gateway.store.store import Store
from gateway.store.tables import bodies, metadata, micros, moment_of


@pytest.mark.parametrize(
    ("moment", "stored"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), -1),
        (datetime(2026, 3, 16, 12, 0, 0, 123457, tzinfo=UTC), 1773662400123457),
        (datetime(2026, 3, 16, 14, 0, 0, 123457, tzinfo=timezone(timedelta(hours=2))), 1773662400123457),
        (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), 253402300799999999),
    ],
)
def test_a_time_is_stored_as_microseconds_utc_and_comes_back_exactly(moment: datetime, stored: int) -> None:
    assert stored == micros(moment)
    assert (moment, UTC) == (moment_of(stored), moment_of(stored).tzinfo)


def test_a_row_id_is_never_given_twice(store: Store) -> None:
    with store.database.writing() as connection:
        first = connection.execute(insert(bodies).values(body=b"").returning(bodies.c.id)).scalar_one()
        connection.execute(delete(bodies))
        assert first + 1 == connection.execute(insert(bodies).values(body=b"").returning(bodies.c.id)).scalar_one()


def test_every_list_that_is_paged_by_row_id_counts_so() -> None:
    counted = {name for name, table in metadata.tables.items() if table.dialect_options["sqlite"]["autoincrement"]}
    assert {"requests", "events", "deliveries", "refusals"} <= counted

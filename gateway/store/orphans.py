"""Order keys that have followers and no head get one. With the locks there are none; an older program has no locks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text

from gateway.store import order
from gateway.store.engine import Database
from gateway.store.order import HEAD, Key

_EVERY = timedelta(seconds=10)
_PAGE = 1000
"""Keys that are looked at at a time: some milliseconds."""
_START: Key = (0, "")

_FIRST = "SELECT id FROM deliveries WHERE head = 0 AND state IN ('waiting', 'claimed') AND"
_SORTED = "ORDER BY destination, order_key, id LIMIT 1"


def _after(destination: str, order_key: str) -> str:
    """The first follower of the next key. Asked for both columns at once, SQLite would step over all of the key's."""
    return (
        f"COALESCE(({_FIRST} destination = {destination} AND order_key > {order_key} {_SORTED}),"
        f" ({_FIRST} destination > {destination} {_SORTED}))"
    )


def _of(column: str) -> str:
    return f"(SELECT {column} FROM deliveries WHERE id = w.id)"  # noqa: S608


# From each key straight to the next one, however many follow in it. Nothing is joined: while the table is small,
# PostgreSQL would plan to read all of it, and keep the plan while it grows.
_WITH_FOLLOWERS = text(
    f"WITH RECURSIVE w(id, place) AS (SELECT {_after(':destination', ':order_key')}, 1"  # noqa: S608
    f" UNION ALL SELECT {_after(_of('destination'), _of('order_key'))}, place + 1 FROM w"
    f" WHERE w.id IS NOT NULL AND place < {_PAGE}),"
    f" k AS (SELECT {_of('destination')} AS destination, {_of('order_key')} AS order_key FROM w WHERE w.id IS NOT NULL)"
    f" SELECT k.destination, k.order_key, {HEAD} IS NULL AS is_orphan FROM k"
)


class Orphans:
    """Call it from one thread. Any worker does it, and it does no harm if several do."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._after = _START
        self._rests_since: datetime | None = None

    def adopt(self, now: datetime) -> int:
        """Look at a page of the keys that have followers, give those a head that have none; how many.

        After the last page it rests for ten seconds. Call it about once a second.
        """
        if self._rests_since is not None and abs(now - self._rests_since) < _EVERY:
            return 0
        self._rests_since = None
        with self._database.peeking() as connection:
            given = {"destination": self._after[0], "order_key": self._after[1]}
            found = connection.execute(_WITH_FOLLOWERS, given).all()
        if len(found) < _PAGE:
            self._after, self._rests_since = _START, now
        else:
            self._after = (found[-1].destination, found[-1].order_key)
        return self._promote([(row.destination, row.order_key) for row in found if row.is_orphan])

    def _promote(self, keys: Sequence[Key]) -> int:
        promoted = 0
        for start in range(0, len(keys), order.MOST_LOCKED):
            some = keys[start : start + order.MOST_LOCKED]
            with self._database.writing(durable=False) as connection:
                order.lock(connection, some)
                promoted += order.promote(connection, some)
        return promoted

"""Exact order per key: of the unfinished deliveries that share one, the oldest is its head, and only heads are claimed.

Whatever gives or takes a head holds the lock of its key first, by a statement of its own: what is looked at after it is
then what the others have committed. A dead letter that holds (`held`) is its key's head too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, text, update

from gateway.model.delivery import State
from gateway.store.dialect import is_sqlite
from gateway.store.tables import deliveries

Key = tuple[int, str]
"""A destination's number, and an order key as it is stored."""

MOST_LOCKED = 64
"""Keys that one transaction of bulk work locks: others get their turn between two."""

_MOST_APART = 1000
"""Keys that are locked one by one; a server's table of locks holds some thousands, of all its transactions."""
_ALL = 0x6F72_6465_7220_6B65
"""The lock of all keys: whoever locks some shares it, whoever locks too many has it alone."""
_LOCK_ALL = f"SELECT pg_advisory_xact_lock({_ALL})"
_LOCK_EACH = (
    f"SELECT pg_advisory_xact_lock_shared({_ALL}), pg_advisory_xact_lock(number)"  # noqa: S608 - a constant
    " FROM unnest(%(numbers)b::bigint[]) AS number"
)

# Written as the indexes have it: else SQLite does not see that they can be used. Not NOT EXISTS: PostgreSQL would hash
# every row of a table that it has not yet analysed.
HEAD = (
    "(SELECT h.id FROM deliveries h WHERE h.destination = k.destination AND h.order_key = k.order_key"
    " AND h.head = 1 AND (h.state IN ('waiting', 'claimed') OR h.held = 1) LIMIT 1)"
)
"""The head of the key `k`."""
# The next of the index, and then whether it is one of the key. Asked for the first id of a key, PostgreSQL may walk
# along the primary key until it finds one: where one key has most followers, it takes every key for such a one.
_FIRST_FOLLOWER = (
    "(SELECT n.id FROM (SELECT f.id, f.destination, f.order_key FROM deliveries f"
    " WHERE f.head = 0 AND f.state IN ('waiting', 'claimed')"
    " AND (f.destination, f.order_key, f.id) > (k.destination, k.order_key, 0)"
    " ORDER BY f.destination, f.order_key, f.id LIMIT 1) n"
    " WHERE n.destination = k.destination AND n.order_key = k.order_key)"
)
_GIVEN = {
    True: (
        "(SELECT json_extract(value, '$[0]') AS destination, json_extract(value, '$[1]') AS order_key"
        " FROM json_each(:keys)) k"
    ),
    False: (
        "(SELECT CAST(value ->> 0 AS int) AS destination, value ->> 1 AS order_key"
        " FROM json_array_elements(CAST(:keys AS json)) AS given(value)) k"
    ),
}
# These statements hold no values but the bound ones.
_BUSY = {
    on_sqlite: text(
        f"SELECT k.destination, k.order_key FROM {given}"  # noqa: S608
        f" WHERE {HEAD} IS NOT NULL OR {_FIRST_FOLLOWER} IS NOT NULL"
    )
    for on_sqlite, given in _GIVEN.items()
}
_NEXT = {
    on_sqlite: text(f"SELECT {_FIRST_FOLLOWER} FROM {given} WHERE {HEAD} IS NULL")  # noqa: S608
    for on_sqlite, given in _GIVEN.items()
}


def lock(connection: Connection, keys: Collection[Key]) -> None:
    """Let nobody else give or take a head of these until the transaction ends. On SQLite nobody else writes anyway.

    Lock before rows, and all at once: in sorted order, two processes never wait for one another.
    """
    if not keys or is_sqlite(connection):
        return
    numbers = sorted({_number(key) for key in keys})
    if len(numbers) > _MOST_APART:
        connection.exec_driver_sql(_LOCK_ALL)
    else:
        connection.exec_driver_sql(_LOCK_EACH, {"numbers": numbers})


def place(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Give each of these new rows its `head`: 1 for the first of a key that has neither a head nor a follower.

    Looking for a head only would let a new row overtake followers that lost theirs. Locks the keys; insert the rows in
    the same transaction. What is dead from the start has its key, and stands in nobody's way.
    """
    taken: set[Key] = set()
    keys = {(row["destination"], row["order_key"]) for row in rows if _is_ordered(row)}
    if keys:
        lock(connection, keys)
        taken = {
            (row.destination, row.order_key) for row in connection.execute(_BUSY[is_sqlite(connection)], _of(keys))
        }
    for row in rows:
        key = (row["destination"], row["order_key"])
        row["head"] = 0 if _is_ordered(row) and key in taken else 1
        if _is_ordered(row):
            taken.add(key)


def promote(connection: Connection, keys: Collection[Key]) -> int:
    """Of each of these keys that has followers and no head, make the first follower the head; how many. Lock before."""
    if not keys:
        return 0
    found = connection.execute(_NEXT[is_sqlite(connection)], _of(keys)).scalars()
    following = [number for number in found if number is not None]
    if following:
        connection.execute(update(deliveries).where(deliveries.c.id.in_(following)).values(head=1))
    return len(following)


def _is_ordered(row: dict[str, Any]) -> bool:
    return row["order_key"] is not None and row["state"] != State.DEAD.value


def _number(key: Key) -> int:
    """The key's lock. Every process must come to the same one."""
    digest = hashlib.blake2b(f"{key[0]}\n{key[1]}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _of(keys: Iterable[Key]) -> dict[str, str]:
    return {"keys": json.dumps(sorted(keys))}

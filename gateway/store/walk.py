"""A walk along the row ids of a table, which rise with time: what is old enough is met once, not searched for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import Connection, Select, bindparam, select

from gateway.model.retention import Policy
from gateway.store.engine import Database

_AT_A_TIME = 2000
"""Rows that one transaction deletes, at most; every further page of a long row counts as one."""
_PAGE = 500
"""Rows that are looked at at a time, without a lock."""
_PAGE_BYTES = 4096
_AGAIN = 24
"""What couldn't go is looked at again after this part of its age."""
_AGAIN_AT_LEAST = 60_000_000

Row = Any
"""A row of a query: its columns are attributes."""


def page_of(table: Any, *columns: Any) -> Select[Any]:  # noqa: ANN401 - a table and its columns
    """The next rows by id; `size` are the bytes of what may be long in them."""
    query = select(table.c.id, table.c.received_at, *columns).where(table.c.id > bindparam("after"))
    return query.order_by(table.c.id).limit(_PAGE)


class Walk(ABC):
    """For one age: each row is met once it is so old. What can't go yet is passed by, and met again later."""

    query: ClassVar[Select[Any]]

    def __init__(self, policy: Policy, age: timedelta) -> None:
        self._policy = policy
        self._age = age // timedelta(microseconds=1)
        self._position = 0
        self._left: int | None = None
        """The first that was passed by."""
        self._again_at = 0

    def step(self, database: Database, at: int) -> Counter[str] | None:
        """Delete what may go of one page, how many by table; None where nothing is so old."""
        after, left = self._position, self._left
        if left is not None and at >= self._again_at:
            after, left = left - 1, None
        with database.peeking() as connection:
            rows = self._met(connection.execute(self.query, {"after": after}).all(), at)
            if not rows:
                return None
            weights = self._weights(connection, rows, at)
        chosen, position, passed = self._chosen(rows, weights, at)
        deleted: Counter[str] = Counter()
        if chosen:
            with database.writing(durable=False) as connection:
                gone = self._delete(connection, chosen, at, deleted)
            passed += [row.id for row in chosen if row.id not in gone]
        if passed and left is None:
            left, self._again_at = min(passed), at + max(self._age // _AGAIN, _AGAIN_AT_LEAST)
        self._position, self._left = position, left
        return deleted

    @abstractmethod
    def _weights(self, connection: Connection, rows: Sequence[Row], at: int) -> Mapping[int, int]:
        """How many rows go with each that is due, by id; 0 where it can't go yet."""

    @abstractmethod
    def _delete(self, connection: Connection, rows: Sequence[Row], at: int, deleted: Counter[str]) -> Collection[int]:
        """Delete `rows` and what goes with them, but for what others hold; the ids of those that are gone."""

    def _met(self, rows: Sequence[Row], at: int) -> Sequence[Row]:
        """Those up to the last that is so old; or all of a whole page from the future: a clock was wrong then."""
        if len(rows) == _PAGE and all(row.received_at > at for row in rows):
            return rows
        last = max((n for n, row in enumerate(rows) if self._is_old(row, at)), default=-1)
        return rows[: last + 1]

    def _is_old(self, row: Row, at: int) -> bool:
        return bool(row.received_at <= at - self._age)

    def _chosen(self, rows: Sequence[Row], weights: Mapping[int, int], at: int) -> tuple[list[Row], int, list[int]]:
        """What one transaction deletes, the last row that was looked at, and those that were passed by."""
        chosen: list[Row] = []
        passed: list[int] = []
        position, weight = 0, 0
        for row in rows:
            more = weights.get(row.id)
            if more:
                if chosen and weight + more > _AT_A_TIME:
                    break
                weight += more
                chosen.append(row)
            elif more == 0 or not self._is_old(row, at):
                passed.append(row.id)
            position = row.id
        return chosen, position, passed


def is_past(row: Row, age: timedelta | None, at: int) -> bool:
    """Whether a row is older than `age`; never, where that is None."""
    return age is not None and bool(row.received_at <= at - age // timedelta(microseconds=1))


def weight_of(row: Row) -> int:
    """How many rows a row counts as."""
    return 1 + int(row.size) // _PAGE_BYTES

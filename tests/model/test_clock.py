"""A sender's clock: a time by its fourteen digits is what the standard library makes of it."""

from __future__ import annotations

from datetime import datetime

from hypothesis import example, given
from hypothesis import strategies as some

from gateway.model.clock import _FORMAT, _moment

_DIGITS = some.builds("{:04}{:02}{:02}{:02}{:02}{:02}".format, some.integers(0, 9999), *[some.integers(0, 99)] * 5)
_LIKELY = some.datetimes().map(lambda moment: f"{moment:%Y%m%d%H%M%S}")


def _by(read: object, text: str) -> object:
    try:
        return read(text)  # type: ignore[operator]
    except ValueError:
        return None


@given(_DIGITS | _LIKELY | some.text("0123456789²٣ -", max_size=15))
@example("20260316240000")
@example("20260316101561")
@example("00000101000000")
@example("2026031610150٣")
def test_the_short_way_reads_what_the_standard_library_reads(text: str) -> None:
    assert _by(lambda it: datetime.strptime(it, _FORMAT), text) == _by(_moment, text)  # noqa: DTZ007

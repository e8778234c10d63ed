"""Whether a sender's times are in the zone that its source says: another field may hold a time of a known zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from gateway.model.patterns import Matcher
from gateway.model.template import Template

_STEP = timedelta(minutes=30)
"""Zones are whole or half hours apart."""
_FORMAT = "%Y%m%d%H%M%S"
_TOLERANCE = timedelta(minutes=5)
"""How far two clocks are apart that show the same time."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time that `template` holds, in `zone`, which the field `beside` should be too."""

    template: Template
    pattern: Matcher
    zone: tzinfo
    beside: str

    def warning(self, data: Mapping[str, object]) -> str | None:
        """What is odd about the times of an event; None where nothing is, or they can't be compared."""
        shown, said = self._shown(data), data.get(self.beside)
        if shown is None or not isinstance(said, str):
            return None
        off = datetime.fromisoformat(said) - shown
        steps = round(off / _STEP)
        if not steps or abs(off - steps * _STEP) > _TOLERANCE:
            return None
        hours = f"{abs(steps) * _STEP / timedelta(hours=1):g} h {'after' if steps > 0 else 'before'}"
        return f"{self.beside} is {hours} the time in {' and '.join(self.template.names)}: see time_zone"

    def _shown(self, data: Mapping[str, object]) -> datetime | None:
        text = self.template.rendered(data)
        found = self.pattern.fullmatch(text) if text else None
        if found is None:
            return None
        try:
            return _moment(found.group(1) or "").replace(tzinfo=self.zone)
        except ValueError:  # fourteen digits that are no time
            return None


def _moment(digits: str) -> datetime:
    """Raises ValueError. `strptime` takes ten times as long, and is asked where there are other than 14 digits."""
    if len(digits) != len("YYYYMMDDHHMMSS") or not (digits.isascii() and digits.isdigit()):
        return datetime.strptime(digits, _FORMAT)  # noqa: DTZ007 - the zone is the caller's
    month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
    return datetime(int(digits[:4]), month, day, hour, minute, second)  # noqa: DTZ001

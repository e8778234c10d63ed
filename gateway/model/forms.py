"""How a tag's value is written where it says so: a time by its parts in a zone, a number with so many places."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation

TIMES, NUMBERS = "a time", "a number"
_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
_DIRECTIVES = frozenset("YmdHMSyjbBaApIfzZs%")
_NUMBER = re.compile(r"0?\d{0,2},?(\.\d{1,2}f|d)")
_CLOCK = "HH:MM:SS"
_LONGEST = 60
"""Characters of a number that is written so: beyond it, something is wrong with it."""

ZoneOf = Callable[[str], tzinfo]
"""The time zone of a name. Raises ValueError."""


class Unfit(ValueError):
    """A value that can't be written so."""


def no_zones(name: str) -> tzinfo:
    """Where no zones are at hand."""
    raise ValueError(f"time zones such as {name!r} are not read here")


@dataclass(frozen=True, slots=True)
class Form:
    """A time: `%Y-%m-%d %H:%M:%S`, and a zone [UTC]. A number: `.2f`, `,.2f`, `03d`, or `HH:MM:SS` of seconds."""

    takes: str
    """What it is a form of."""
    pattern: str
    zone: tzinfo = UTC

    @classmethod
    def of(cls, text: str, zone_of: ZoneOf = no_zones) -> Form:
        """The form that `text` describes, such as `%d.%m.%Y|Europe/Berlin`. Raises ValueError."""
        pattern, _, zone = text.partition("|")
        if "%" in pattern:
            for directive in _DIRECTIVE.findall(pattern):
                if directive not in _DIRECTIVES:
                    raise ValueError(f"no %{directive} in a time; there are: {' '.join(sorted(_DIRECTIVES))}")
            return cls(TIMES, pattern, zone_of(zone) if zone else UTC)
        if zone or not (pattern == _CLOCK or _NUMBER.fullmatch(pattern)):
            raise ValueError(
                f"no form {text!r}; there are '%Y-%m-%d %H:%M:%S|America/New_York' (any parts, any zone), '.2f',"
                f" ',.2f', '03d' and '{_CLOCK}'"
            )
        return cls(NUMBERS, pattern)

    def written(self, value: object) -> str:
        """`value` in this form. Raises Unfit."""
        return self._time(value) if self.takes == TIMES else self._number(value)

    def _time(self, value: object) -> str:
        try:
            moment = datetime.fromisoformat(str(value))
            if len(str(value)) > len("YYYY-MM-DD"):
                moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(self.zone)
        except (ValueError, OverflowError):
            raise Unfit(f"is no time: {str(value)[:40]!r}") from None
        return _written(moment, self.pattern)

    def _number(self, value: object) -> str:
        try:
            number = Decimal(str(value)) if not isinstance(value, bool | dict | list) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number.adjusted()) > _LONGEST:
            raise Unfit(f"is no number: {str(value)[:40]!r}")
        if self.pattern == _CLOCK:
            minutes, seconds = divmod(int(number), 60)
            return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
        if self.pattern.endswith("d"):
            return format(int(number), self.pattern)
        return format(number, self.pattern)


def _written(moment: date | datetime, pattern: str) -> str:
    """By strftime, but for what platforms do differently: seconds since 1970, and years before 1000."""
    own = {"%s": str(int(moment.timestamp())) if isinstance(moment, datetime) else "", "%Y": f"{moment.year:04d}"}
    return moment.strftime(_DIRECTIVE.sub(lambda match: own.get(match[0], match[0]), pattern))

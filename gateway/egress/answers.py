"""What the answers of a destination mean: delivered, a later try may help, or it won't."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from gateway.egress.client import Response
from gateway.errors import DeliveryError, Refused, Unavailable
from gateway.model.delivery import Exchange
from gateway.model.fault import Fault
from gateway.toml import Table
from gateway.values import Unusable

_AGAIN = frozenset({401, 403, 404, 408, 409, 425, 429})
"""Client errors that a deploy or a changed key can cure; every 5xx is tried again too."""
_GONE = 410
_OF_FAULTS = 500
"""What every fault of SOAP 1.1 comes with, whoever is to blame (SOAP 1.1 §6.2): it says nothing beside the fault."""
_LONGEST_QUOTE = 300
_STATUS = re.compile(r"[3-5](\d\d|xx)")


def _status(text: str) -> str:
    if not _STATUS.fullmatch(text):
        raise Unusable("must be a status such as 404, or all of a hundred such as '5xx'", "from 300 to 599")
    return text


def _as_text(statuses: object) -> object:
    return [str(one) for one in statuses] if isinstance(statuses, list | tuple) else statuses


Statuses = Annotated[tuple[Annotated[str, AfterValidator(_status)], ...], BeforeValidator(_as_text)]
"""Such as `[404, "5xx"]`."""


class Answers(Table):
    """What answers mean beside the rule; the code itself counts before its hundred."""

    again: Statuses = ()
    """A later try may help."""
    never: Statuses = ()
    """It won't: a dead letter at once."""

    def failure(
        self, response: Response, exchange: Exchange | None, fault: Fault | None = None
    ) -> DeliveryError | None:
        """2xx without a `fault` is delivered; what may pass is tried again; the rest is refused."""
        status = response.status
        if fault is not None:
            why = f"HTTP {status}, {fault}"
        elif 200 <= status < 300:  # noqa: PLR2004 - RFC 9110 §15.3
            return None
        else:
            said = response.body[:_LONGEST_QUOTE].decode("utf-8", "replace").strip()
            why = f"HTTP {status}" + (f": {said}" if said else "")
        if self._is_for_again(status, fault):
            after = retry_after(response.headers)
            return Unavailable(why, status=status, retry_after=after, exchange=exchange)
        return Refused(why, status=status, pauses=status == _GONE, exchange=exchange)

    def _is_for_again(self, status: int, fault: Fault | None) -> bool:
        """What is said of the status, then the fault; but a status that speaks of the moment excuses the caller."""
        for known in (str(status), f"{status // 100}xx"):
            if known in self.never:
                return False
            if known in self.again:
                return True
        if fault is not None and (status == _OF_FAULTS or not fault.is_callers):
            return not fault.is_callers
        return status >= 500 or status in _AGAIN  # noqa: PLR2004 - RFC 9110 §15.6


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds (RFC 9110 §10.2.3), given as such or as a date."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None

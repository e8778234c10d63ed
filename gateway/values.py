"""What the text of a setting means: durations and sizes with units, addresses, time zones, names, secrets."""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from gateway.model.bucket import Rate

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZES = {"B": 1, "KB": 1000, "KiB": 1024, "MB": 1000**2, "MiB": 1024**2, "GB": 1000**3, "GiB": 1024**3}
_LONGEST_NUMBER = 12
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)")
_RATE = re.compile(r"(\d{1,9})/([smh])")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def _quantity(value: object, units: Mapping[str, float], example: str) -> float:
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2] not in units:
        raise ValueError(f"must be text with a unit, such as {example!r}; units: {', '.join(units)}")
    if len(match[1]) > _LONGEST_NUMBER:
        raise ValueError("is too large")
    return float(match[1]) * units[match[2]]


def parsed_duration(value: object) -> timedelta:
    """Text with a unit, such as `30s`. Raises ValueError."""
    if isinstance(value, timedelta):
        return value
    try:
        return timedelta(seconds=_quantity(value, _UNITS, "30s"))
    except OverflowError:
        raise ValueError("is too large") from None


def _size(value: object) -> int:
    size = int(_quantity(value, _SIZES, "4MiB"))
    if not size:
        raise ValueError("must be more than nothing")
    return size


def parsed_address(value: object) -> tuple[str, int]:
    """`HOST:PORT` as host and port. Raises ValueError."""
    host, _, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004 - TCP's ports
        raise ValueError("must be HOST:PORT, such as '127.0.0.1:8080'")
    return host.strip("[]"), int(port)


def zone_named(value: object) -> ZoneInfo:
    """The time zone of that name. Raises ValueError."""
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"no time zone {value!r}; use a name of the IANA database, such as 'America/New_York'"
        ) from None


def parsed_rate(value: object) -> Rate:
    """`20/s`, `100/m` or `5/h`: so many in that time, at once or spread over it. Raises ValueError."""
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if match is None or not int(match[1]):
        raise ValueError("must be so many in a time, such as '20/s'; times: s, m, h")
    return Rate(int(match[1]) / _UNITS[match[2]], int(match[1]), match[0])


def is_one_of(given: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether `given` is one of `secrets`. All are compared, in constant time: it tells nothing of which was near."""
    return bool(sum(hmac.compare_digest(given, secret) for secret in secrets))


def _web_url(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", value):
        raise ValueError("must be an http or https URL, such as 'https://gateway.example.org'")
    return value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("a name has lower-case letters, digits, - and _, at most 63")
    return value


def listed(value: object) -> object:
    """One text as a list of it."""
    return [value] if isinstance(value, str) else value


def _secrets_listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


class Secret:
    """A value given by reference: `{ env = "NAME" }` or `{ file = "PATH" }`. It never prints."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        """Never the value."""
        return "••••"


def secret_of(value: object, info: ValidationInfo) -> Secret:
    """What a reference leads to. Raises ValueError."""
    match value:
        case Secret():
            return value
        case {"env": str(name), **rest} if not rest:
            found = os.environ.get(name)
            if not found:
                raise ValueError(f"the environment has no {name}")
            return Secret(found)
        case {"file": str(name), **rest} if not rest:
            try:
                text = (folder_of(info) / name).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"the file {name} can't be read: {error}") from None
            if not text:
                raise ValueError(f"the file {name} is empty")
            return Secret(text)
        case _:
            raise ValueError('a secret is a reference: { env = "NAME" } or { file = "PATH" }')


def folder_of(info: ValidationInfo) -> Path:
    """Where relative paths start: at the configuration's folder."""
    return info.context if isinstance(info.context, Path) else Path()


PositiveDuration = Annotated[timedelta, BeforeValidator(parsed_duration), Field(gt=timedelta(0))]
Size = Annotated[int, BeforeValidator(_size)]
Flag = Annotated[bool, Field(strict=True)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
Address = Annotated[tuple[str, int], BeforeValidator(parsed_address)]
TimeZone = Annotated[ZoneInfo, BeforeValidator(zone_named)]
Name = Annotated[str, BeforeValidator(_name)]
Names = Annotated[tuple[str, ...], BeforeValidator(listed)]
SecretRef = Annotated[Secret, BeforeValidator(secret_of)]
Secrets = Annotated[tuple[SecretRef, ...], BeforeValidator(_secrets_listed), Field(min_length=1)]
RatePerTime = Annotated[Rate, BeforeValidator(parsed_rate)]

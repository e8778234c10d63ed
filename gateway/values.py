"""What the text of a setting means: durations and sizes with units, addresses, time zones, names, secrets."""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from gateway.model.bucket import Rate
from gateway.model.near import nearest

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZES = {"B": 1, "KB": 1000, "KiB": 1024, "MB": 1000**2, "MiB": 1024**2, "GB": 1000**3, "GiB": 1024**3}
_LONGEST_NUMBER = 12
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)")
_RATE = re.compile(r"(\d{1,9})/([smh])")
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A header's name (RFC 9110 §5.6.2)."""
_PORTS = {"http": "80", "https": "443"}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class Unusable(ValueError):
    """A value that can't be used: what is wrong, what to do about it, and at which key, where that is another."""

    def __init__(self, message: str, hint: str = "", *, key: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.key = key


class NoSecret(Unusable):
    """A secret's reference leads nowhere."""


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
        near = nearest(str(value), available_timezones())
        raise Unusable(
            f"no time zone {value!r}; use a name of the IANA database, such as 'America/New_York'",
            f"did you mean {near!r}?" if near else "",
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


def _origin(value: str) -> str:
    """Where a page comes from, as browsers send it (RFC 6454): in lower case, without the port that every URL has."""
    found = re.fullmatch(r"(https?)://([^\s/?#@:*]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?/?", value, re.IGNORECASE)
    if found is None:
        raise Unusable("must be a page's origin", "each is named: 'https://app.example.org', without a path")
    scheme, host, port = found[1].lower(), found[2].lower(), found[3]
    return f"{scheme}://{host}" + (f":{port}" if port and port != _PORTS[scheme] else "")


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("a name has lower-case letters, digits, - and _, at most 63")
    return value


def _header_name(value: str) -> str:
    if not _FIELD_NAME.fullmatch(value):
        raise Unusable("is no name of a header", "letters, digits and -, such as X-Api-Key")
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
                raise NoSecret(
                    f"the environment has no {name}", f"set it where the gateway is started: export {name}=…"
                )
            return Secret(found)
        case {"file": str(name), **rest} if not rest:
            return Secret(_secret_in(folder_of(info) / name))
        case _:
            raise Unusable('a secret is a reference: { env = "NAME" } or { file = "PATH" }', "it is never written here")


def _secret_in(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8").rstrip("\r\n")
    except FileNotFoundError:
        raise NoSecret(f"there is no file {file}", "write the secret there, and nothing else") from None
    except OSError as error:
        raise NoSecret(f"{file} can't be read: {error.strerror}", "let whoever runs the gateway read it") from None
    except UnicodeDecodeError:
        raise NoSecret(f"{file} is no text", "write the secret there as UTF-8") from None
    if not text:
        raise NoSecret(f"{file} is empty", "write the secret there, and nothing else")
    return text


def folder_of(info: ValidationInfo) -> Path:
    """Where relative paths start: at the configuration's folder."""
    return info.context if isinstance(info.context, Path) else Path()


def as_written(value: object) -> str:
    """A setting's value as a file has it.

    >>> as_written(timedelta(hours=6)), as_written(4 * 2**20), as_written(True), as_written("auto"), as_written(3)
    ('"6h"', '"4MiB"', 'true', '"auto"', '3')
    """
    match value:
        case bool():
            return str(value).lower()
        case timedelta():
            return f'"{_largest(value.total_seconds(), _UNITS)}"'
        case int() if value >= _SIZES["MiB"]:
            return f'"{_largest(value, _SIZES)}"'
        case str() | ZoneInfo():
            return f'"{value}"'
        case (str(host), int(port)):
            return f'"{host}:{port}"'
        case tuple():
            return f"[{', '.join(map(as_written, value))}]"
        case _:
            return str(value)


def _largest(value: float, units: Mapping[str, float]) -> str:
    unit = max((unit for unit in units if value % units[unit] == 0), key=lambda unit: units[unit])
    return f"{value / units[unit]:g}{unit}"


PositiveDuration = Annotated[timedelta, BeforeValidator(parsed_duration), Field(gt=timedelta(0))]
Size = Annotated[int, BeforeValidator(_size)]
Flag = Annotated[bool, Field(strict=True)]
HeaderName = Annotated[str, AfterValidator(_header_name)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
Origin = Annotated[str, AfterValidator(_origin)]
Address = Annotated[tuple[str, int], BeforeValidator(parsed_address)]
TimeZone = Annotated[ZoneInfo, BeforeValidator(zone_named)]
Name = Annotated[str, BeforeValidator(_name)]
Names = Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]
SecretRef = Annotated[Secret, BeforeValidator(secret_of)]
Secrets = Annotated[tuple[SecretRef, ...], BeforeValidator(_secrets_listed), Field(min_length=1)]
RatePerTime = Annotated[Rate, BeforeValidator(parsed_rate)]

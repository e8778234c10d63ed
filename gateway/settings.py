"""gateway.toml, declared once: strict, typed, every fault with its path, secrets by reference only."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from gateway.errors import ConfigError
from gateway.model.field_reading import Reading
from gateway.model.idempotency import DIGEST, HEADER, OnReuse
from gateway.model.template import Template
from gateway.toml import Kind, Table, checked, parsed, read_file
from gateway.values import (
    Address,
    Flag,
    Name,
    Names,
    PositiveDuration,
    RatePerTime,
    SecretRef,
    Size,
    TimeZone,
    WebUrl,
)  # fmt: skip


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Admin(Table):
    """[admin]: everything that is not `/in/…`."""

    listen: Address = ("127.0.0.1", 8081)
    """Where health, metrics and the operators' pages are."""
    token: SecretRef | None = None
    """What callers of it send as a Bearer token, or as the password of HTTP Basic; required off loopback."""

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if self.token is None and not _is_loopback(self.listen[0]):
            raise ValueError("listens beyond this machine and has no token")
        return self


class Log(Table):
    """[log]: the lines on stderr."""

    format: Literal["auto", "json", "console"] = "auto"
    """`auto` is console on a terminal, else JSON."""
    level: Literal["debug", "info", "warning", "error"] = "info"


Kinds = Annotated[
    Annotated[Kind, Tag("(table)")] | Annotated[tuple[Kind, ...], Tag("(list)"), Field(min_length=1)],
    Discriminator(lambda value: "(list)" if isinstance(value, list | tuple) else "(table)"),
]
"""One table, or a list of them."""


class IdempotencySettings(Table):
    """How repeats are told. Without a key of its own: by a CloudEvent's id, else the Idempotency-Key header."""

    key: str = ""
    """`header:NAME`, a template of the data such as `#call_id#`, or `digest`: equal data is the same event."""
    window: PositiveDuration = timedelta(hours=24)
    """How long a key is remembered."""
    on_reuse: OnReuse = OnReuse.REFUSE
    """What other data under a known key is: refused, a `duplicate` all the same, or a `new` event."""

    @field_validator("key")
    @classmethod
    def _means_something(cls, key: str) -> str:
        if key and key != DIGEST and not key.startswith(HEADER) and not Template.of(key).names:
            raise ValueError("must be 'header:NAME', 'digest', or have a tag such as '#call_id#'")
        return key


class SourceSettings(Table):
    """[sources.<name>]: who may call, and how they are understood."""

    contract: str
    """The contract.toml of the events it may send."""
    authenticate: Kinds
    """How it proves who it is: a table, or a list of tables any of which will do. Nobody is let in by omission."""
    reading: Reading | None = None
    """How strictly text is taken; by default lenient over HTTP, strict over SOAP."""
    event_from: str | None = None
    """The parameter or field that names the event, where the path does not."""
    time_zone: TimeZone = ZoneInfo("UTC")
    """Of times that are sent without an offset."""
    accepted_status: Annotated[int, Field(strict=True, ge=200, le=203)] = 202
    """What HTTP callers get for an accepted call."""
    max_body: Size = 4 * 2**20
    """The largest body, in bytes after inflating."""
    documents: Literal["public", "authenticated"] = "public"
    """Who may read its page, WSDL and schema: everybody, or who may call."""
    rate: RatePerTime | None = None
    """How many calls it may make, such as `20/s`; beyond it they are told to come back."""
    idempotency: IdempotencySettings = IdempotencySettings()


class RetrySettings(Table):
    """How long a destination is tried; the defaults last about 27 hours."""

    first: PositiveDuration = timedelta(seconds=10)
    factor: Annotated[float, Field(ge=1, le=100)] = 3
    longest: PositiveDuration = timedelta(hours=6)
    attempts: Annotated[int, Field(strict=True, ge=1, le=1000)] = 12


class DestinationSettings(Kind):
    """[destinations.<name>]: where events go. The keys of its kind stand beside these."""

    group: str = ""
    """Where it stands in lists."""
    description: str = ""
    active: Flag = True
    """An inactive one keeps its deliveries waiting."""
    retry: RetrySettings = RetrySettings()
    timeout: PositiveDuration = timedelta(seconds=30)
    """Of one attempt as a whole."""
    slots: Annotated[int, Field(strict=True, ge=1, le=1000)] = 16
    """How many attempts may be under way at once."""


class RouteSettings(Table):
    """[routes.<name>]: which events go where."""

    events: Names = ("*",)
    """Event types; `*` stands for any part."""
    from_: Annotated[Names | None, Field(alias="from")] = None
    """Sources; all where it is left out."""
    to: Names
    """Destinations."""
    active: Flag = True


class RetentionAges(Table):
    """[retention.sources.<name>]: what is kept otherwise of one source."""

    events: PositiveDuration | None = None
    """An event with its request and deliveries, from when it was received; for ever where it is left out."""
    dead: PositiveDuration | None = None
    """The same where a delivery of it is dead; by default as events."""
    refused: PositiveDuration | None = None
    """A refusal; the newest ten thousand or so at most are kept anyway."""


class RetentionSettings(RetentionAges):
    """[retention]: how long things are kept. What waits to be delivered is never deleted."""

    sources: dict[Name, RetentionAges] = Field(default_factory=dict)


class Settings(Table):
    """gateway.toml."""

    public_url: WebUrl = ""
    """What callers and the WSDL use; by default `http://` and the listening address."""
    listen: Address = ("127.0.0.1", 8080)
    """Where `/in/…` is."""
    admin: Admin = Admin()
    data_dir: str = "var"
    """Where the database, its lock and the process id are."""
    database: str = ""
    """`sqlite:///PATH` or `postgresql://USER@HOST/NAME`; by default gateway.db in data_dir."""
    body_timeout: PositiveDuration = timedelta(seconds=30)
    """How long a caller may take to send a body."""
    keep_free: Size = 100 * 2**20
    """Bytes that are left free on the disk of a SQLite file: below it, callers are told to come back."""
    web_processes: Annotated[int, Field(strict=True, ge=1, le=64)] = 2
    worker_processes: Annotated[int, Field(strict=True, ge=1, le=64)] = 1
    log: Log = Log()
    retention: RetentionSettings = RetentionSettings()
    sources: dict[Name, SourceSettings] = Field(default_factory=dict)
    destinations: dict[Name, DestinationSettings] = Field(default_factory=dict)
    routes: dict[Name, RouteSettings] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.listen == self.admin.listen:
            raise ValueError("listen and admin.listen must be two addresses")
        return self

    @property
    def base_url(self) -> str:
        """The address that callers use, without a slash at the end."""
        return (self.public_url or url_of(self.listen)).rstrip("/")


def url_of(address: tuple[str, int]) -> str:
    """The URL of a listening address."""
    host, port = address
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Document:
    """gateway.toml and the files it names, from a folder or from a stored revision."""

    def __init__(self, files: Mapping[str, str], folder: Path, path: Path | None = None) -> None:
        self._files = dict(files)
        self.path = path or folder / MAIN
        """The gateway.toml itself."""
        self._is_stored = path is None
        self.folder = folder
        """Where relative paths start; a stored revision's secrets are still files of this machine."""

    @classmethod
    def at(cls, path: Path) -> Document:
        """The configuration at `path`. Raises ConfigError where it can't be read."""
        return cls({MAIN: read_file(path, str(path))}, path.resolve().parent, path.resolve())

    @property
    def files(self) -> Mapping[str, str]:
        """What was read so far, by name."""
        return self._files

    def text(self, name: str, path: str) -> str:
        """The text of the file `name`, which the setting at `path` names. Raises ConfigError."""
        if name not in self._files:
            if self._is_stored:
                raise ConfigError(path, f"the stored revision has no file {name}")
            self._files[name] = read_file(self.folder / name, path)
        return self._files[name]

    def settings(self) -> Settings:
        """gateway.toml, checked. Raises ConfigError with every problem."""
        return checked(Settings, parsed(self._files[MAIN], MAIN), "", self.folder)


MAIN = "gateway.toml"

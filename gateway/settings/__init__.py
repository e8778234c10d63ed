"""gateway.toml, declared once: strict, typed, every fault with its path, secrets by reference only."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from gateway.errors import ConfigError
from gateway.settings.destinations import DestinationSettings, RouteSettings
from gateway.settings.joins import JoinSettings
from gateway.settings.presets import file_of, shipped_text, with_presets
from gateway.settings.retention import RetentionSettings
from gateway.settings.sources import SourceSettings
from gateway.toml import Table, checked, parsed, read_file
from gateway.toml.places import line_at, lines_of
from gateway.values import Address, Name, PositiveDuration, SecretRef, Size, Unusable, WebUrl


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
            raise Unusable(
                "is required: admin.listen is reached from other machines",
                'token = { env = "GATEWAY_ADMIN_TOKEN" }, or listen at 127.0.0.1',
                key="token",
            )
        return self


class Log(Table):
    """[log]: the lines on stderr."""

    format: Literal["auto", "json", "console"] = "auto"
    """How they are written; `auto` is console on a terminal, else JSON."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """What is less is not written."""


class Settings(Table):
    """What the process itself needs to know, and every table of gateway.toml."""

    public_url: WebUrl = ""
    """What callers and the WSDL use; by default `http://` and the listening address."""
    listen: Address = ("127.0.0.1", 8080)
    """Where `/in/…` is."""
    admin: Admin = Admin()
    """Health, metrics and the operators' pages."""
    data_dir: str = "var"
    """Where the database, its lock and the process id are."""
    database: str = ""
    """`sqlite:///PATH` or `postgresql://USER@HOST/NAME`; by default gateway.db in data_dir."""
    body_timeout: PositiveDuration = timedelta(seconds=30)
    """How long a caller may take to send a body."""
    keep_free: Size = 100 * 2**20
    """Bytes that are left free on the disk of a SQLite file: below it, callers are told to come back."""
    web_processes: Annotated[int, Field(strict=True, ge=1, le=64)] = 2
    """How many answer callers; a change of it needs a restart."""
    worker_processes: Annotated[int, Field(strict=True, ge=1, le=64)] = 1
    """How many deliver; a change of it needs a restart."""
    log: Log = Log()
    """The lines on stderr."""
    retention: RetentionSettings = RetentionSettings()
    """How long things are kept."""
    sources: dict[Name, SourceSettings] = Field(default_factory=dict)
    """Who may call, by name; the name is in the URL: `/in/<name>`."""
    destinations: dict[Name, DestinationSettings] = Field(default_factory=dict)
    """Where events go, by name."""
    routes: dict[Name, RouteSettings] = Field(default_factory=dict)
    """Which events go where, by name."""
    joins: dict[Name, JoinSettings] = Field(default_factory=dict)
    """Which events are gathered into one, by name."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.listen == self.admin.listen:
            raise Unusable("is the address of `listen` too", "give one of them another port", key="admin.listen")
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
            text = shipped_text(name, path)
            self._files[name] = read_file(self.folder / name, path) if text is None else text
        return self._files[name]

    def settings(self) -> Settings:
        """gateway.toml, checked. Raises ConfigError with every problem."""
        with self.placed():
            return checked(Settings, self._written(), "", self.folder)

    def sources_as_written(self) -> Mapping[str, Mapping[str, Any]]:
        """The tables of the sources as they stand in the file, each with what its preset has."""
        sources: Mapping[str, Mapping[str, Any]] = self._written().get("sources", {})
        return sources

    def keys_of_preset(self, name: str) -> frozenset[str]:
        """The settings of the source `name`, which can be read, that its preset has and the file has not."""
        own = parsed(self._files[MAIN], self.path.name)["sources"][name]
        return frozenset(self.sources_as_written()[name].keys() - own.keys())

    def _written(self) -> dict[str, Any]:
        return with_presets(parsed(self._files[MAIN], self.path.name), self.text)

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Whatever ConfigError the block raises says in which lines of the files its problems are."""
        try:
            yield
        except ConfigError as error:
            raise ConfigError.of(map(self._with_line, error.problems)) from None

    def _with_line(self, problem: ConfigError) -> ConfigError:
        if problem.hint.startswith(_LINE):
            return problem
        name, separator, path = problem.path.rpartition(": ")
        preset = "" if separator else self._preset_of(path)
        if preset:
            name, path = file_of(preset), path.split(".", 2)[2]
        text = self._files.get(name or MAIN)
        line = line_at(lines_of(text or ""), path)
        if line is None:
            return problem
        where = f"{_LINE}{line}" + (f" of its preset {preset}" if preset else "")
        return ConfigError(problem.path, problem.message, "; ".join(filter(None, (where, problem.hint))))

    def _preset_of(self, path: str) -> str:
        """The preset that has the setting at `path`; none where it is the file's own, or nowhere."""
        match path.split(".", 3):
            case ["sources", name, key, *_] if key != "preset" and key in self.keys_of_preset(name):
                return str(self.sources_as_written()[name]["preset"])
            case _:
                return ""


MAIN = "gateway.toml"
_LINE = "line "

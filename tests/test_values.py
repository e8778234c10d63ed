"""What the text of a setting means, and how secrets stay secret."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.errors import ConfigError, MissingSecret
from gateway.toml import Table, checked
from gateway.values import Origin, Secret, SecretRef, Size, TimeZone, parsed_address, parsed_duration


class Options(Table):
    password: SecretRef


class Sized(Table):
    size: Size


class Called(Table):
    origin: Origin


class Zoned(Table):
    zone: TimeZone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("250ms", timedelta(milliseconds=250)),
        ("30s", timedelta(seconds=30)),
        ("1.5 m", timedelta(seconds=90)),
        ("6h", timedelta(hours=6)),
        ("2d", timedelta(days=2)),
    ],
)
def test_a_duration_is_text_with_a_unit(text: str, expected: timedelta) -> None:
    assert expected == parsed_duration(text)


@pytest.mark.parametrize("value", ["30", 30, 1.5, "s", "30 seconds", "-3s", "30S", "", "1e3s", None])
def test_what_has_no_unit_we_know_is_no_duration(value: object) -> None:
    with pytest.raises(ValueError, match="text with a unit, such as '30s'; units: ms, s, m, h, d"):
        parsed_duration(value)


def test_a_duration_beyond_all_calendars_is_too_large() -> None:
    with pytest.raises(ValueError, match="too large"):
        parsed_duration("999999999999d")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("100B", 100), ("64KB", 64_000), ("64KiB", 65_536), ("4MiB", 4_194_304), ("1.5MB", 1_500_000)],
)
def test_a_size_is_text_with_a_unit(text: str, expected: int) -> None:
    assert expected == checked(Sized, {"size": text}, "").size


@pytest.mark.parametrize("value", [4096, "4096", "4mib", "4 bytes", "-1KB"])
def test_what_has_no_unit_we_know_is_no_size(value: object) -> None:
    with pytest.raises(ConfigError, match=r"^size: must be text with a unit, such as '4MiB'"):
        checked(Sized, {"size": value}, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("gateway.internal:1", ("gateway.internal", 1)),
        ("[::1]:65535", ("::1", 65535)),
    ],
)
def test_an_address_is_host_and_port(text: str, expected: tuple[str, int]) -> None:
    assert expected == parsed_address(text)


@pytest.mark.parametrize(
    "value", ["8080", ":8080", "localhost", "localhost:", "localhost:http", "h:0", "h:65536", 8080]
)
def test_an_address_without_host_or_port_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        parsed_address(value)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", 5])
def test_a_time_zone_has_a_name_of_the_iana_database(name: object) -> None:
    with pytest.raises(ConfigError, match=r"^zone: no time zone .* such as 'America/New_York'"):
        checked(Zoned, {"zone": name}, "")


def test_a_time_zone_is_found_by_its_name() -> None:
    assert ZoneInfo("Europe/Berlin") == checked(Zoned, {"zone": "Europe/Berlin"}, "").zone


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PASSWORD", "hunter2")
    assert checked(Options, {"password": {"env": "CRM_PASSWORD"}}, "").password.reveal() == "hunter2"


def test_a_secret_comes_from_a_file_of_the_configurations_folder_without_its_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(" hunter2 \r\n", encoding="utf-8")
    assert checked(Options, {"password": {"file": "secret"}}, "", tmp_path).password.reveal() == " hunter2 "


@pytest.mark.parametrize("set_to", [None, ""])
def test_a_secret_that_the_environment_lacks_is_missing(monkeypatch: pytest.MonkeyPatch, set_to: str | None) -> None:
    monkeypatch.delenv("CRM_PASSWORD", raising=False)
    if set_to is not None:
        monkeypatch.setenv("CRM_PASSWORD", set_to)
    with pytest.raises(ConfigError) as caught:
        checked(Options, {"password": {"env": "CRM_PASSWORD"}}, "destinations.crm")
    (problem,) = caught.value.problems
    assert isinstance(problem, MissingSecret)
    assert "destinations.crm.password: the environment has no CRM_PASSWORD" in str(problem)
    assert "export CRM_PASSWORD=" in problem.hint


def test_a_secrets_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        checked(Options, {"password": {"file": "nowhere"}}, "sources.pbx", tmp_path)
    (problem,) = caught.value.problems
    assert isinstance(problem, MissingSecret)
    assert str(problem).startswith(f"sources.pbx.password: there is no file {tmp_path}/nowhere")


@pytest.mark.parametrize(
    "value", ["hunter2", {"env": "hunter2", "file": "hunter2"}, {"value": "hunter2"}, ["hunter2"], 7]
)
def test_a_secret_that_is_written_out_is_refused_and_not_repeated(value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        checked(Options, {"password": value}, "")
    told = str(caught.value)
    assert told == 'password: a secret is a reference: { env = "NAME" } or { file = "PATH" } (it is never written here)'


def test_a_secret_never_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PASSWORD", "hunter2")
    options = checked(Options, {"password": {"env": "CRM_PASSWORD"}}, "")
    secret = Secret("hunter2")
    printed = [repr(options), str(options), repr(secret), str(secret), f"{secret}", repr([secret]), str(vars(options))]
    assert [] == [text for text in printed if "hunter2" in text]
    assert "••••" in repr(options)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://Scripts.example.org/", "https://scripts.example.org"),
        ("HTTPS://scripts.example.org:443", "https://scripts.example.org"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_as_browsers_send_it(text: str, expected: str) -> None:
    assert expected == checked(Called, {"origin": text}, "sources.pbx").origin


@pytest.mark.parametrize(
    "text", ["", "*", "null", "app.example.org", "https://*.example.org", "https://a@b", "ftp://a"]
)
def test_what_is_no_origin_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match=r"sources\.pbx\.origin: must be a page's origin"):
        checked(Called, {"origin": text}, "sources.pbx")

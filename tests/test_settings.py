"""gateway.toml as it is read: units, secrets by reference, and every fault with its path."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from gateway.errors import ConfigError, MissingSecret
from gateway.settings import (
    Document,
    Secret,
    SecretRef,
    Settings,
    Size,
    Table,
    TimeZone,
    checked,
    parsed,
    parsed_address,
    parsed_duration,
    url_of,
)
from tests.configured import ANYBODY


class Options(Table):
    password: SecretRef


class Sized(Table):
    size: Size


class Zoned(Table):
    zone: TimeZone


def settings_of(text: str) -> Settings:
    return checked(Settings, parsed(text, "gateway.toml"), "")


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings_of(text)
    return [str(problem) for problem in caught.value.problems]


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
    assert str(problem) == "destinations.crm.password: the environment has no CRM_PASSWORD"


def test_a_secrets_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        checked(Options, {"password": {"file": "nowhere"}}, "sources.pbx", tmp_path)
    (problem,) = caught.value.problems
    assert isinstance(problem, MissingSecret)
    assert str(problem).startswith("sources.pbx.password: the file nowhere can't be read")


@pytest.mark.parametrize(
    "value", ["hunter2", {"env": "hunter2", "file": "hunter2"}, {"value": "hunter2"}, ["hunter2"], 7]
)
def test_a_secret_that_is_written_out_is_refused_and_not_repeated(value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        checked(Options, {"password": value}, "")
    told = str(caught.value)
    assert told == 'password: a secret is a reference: { env = "NAME" } or { file = "PATH" }'


def test_a_secret_never_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PASSWORD", "hunter2")
    options = checked(Options, {"password": {"env": "CRM_PASSWORD"}}, "")
    secret = Secret("hunter2")
    printed = [repr(options), str(options), repr(secret), str(secret), f"{secret}", repr([secret]), str(vars(options))]
    assert [] == [text for text in printed if "hunter2" in text]
    assert "••••" in repr(options)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("listn = 'x:1'", "listn"),
        ("[admin]\ntoken = 'x'", "admin.token"),
        ("[log]\nlevels = 'info'", "log.levels"),
        (ANYBODY + "presett = 'ringcx'", "sources.pbx.presett"),
        ("[destinations.crm]\nkind = 'http'\nretry = { atempts = 3 }", "destinations.crm.retry.atempts"),
        ("[routes.all]\nto = 'crm'\nevent = '*'", "routes.all.event"),
    ],
)
def test_an_unknown_key_is_an_error_with_its_path_and_a_hint(text: str, path: str) -> None:
    assert [f"{path}: no such setting (check its spelling, and the table it stands in)"] == faults(text)


def test_every_problem_is_told_at_once() -> None:
    told = faults(
        "listn = 'x:1'\nlisten = '8080'\n[log]\nlevel = 'loud'\n"
        "[sources.pbx]\nmax_body = 4096\ntime_zone = 'Mars/Olympus'\naccepted_status = 404\n"
        "[destinations.crm]\nkind = 'http'\ntimeout = 30\nslots = 0\n"
        "[routes.all]\nevents = '*'\n"
    )
    assert {
        "listn", "listen", "log.level", "sources.pbx.contract", "sources.pbx.authenticate", "sources.pbx.max_body",
        "sources.pbx.time_zone", "sources.pbx.accepted_status", "destinations.crm.timeout", "destinations.crm.slots",
        "routes.all.to",
    } == {line.partition(":")[0] for line in told}  # fmt: skip


def test_who_may_call_is_never_left_out() -> None:
    assert ["sources.pbx.authenticate: is required"] == faults("[sources.pbx]\ncontract = 'contract.toml'")


@pytest.mark.parametrize("name", ["PBX", "-pbx", "p.b", "a" * 64, "ü"])
@pytest.mark.parametrize("table", ["sources", "destinations", "routes"])
def test_a_name_is_lower_case_and_short(table: str, name: str) -> None:
    body = {
        "sources": "contract = 'c'\nauthenticate = {kind = 'x'}",
        "destinations": "kind = 'x'",
        "routes": "to = 'x'",
    }
    (told,) = faults(f'[{table}."{name}"]\n{body[table]}')
    assert f"{table}.{name}: a name has lower-case letters, digits, - and _, at most 63" == told


def test_what_is_left_out_has_the_pinned_defaults() -> None:
    settings = settings_of(ANYBODY + "[destinations.crm]\nkind = 'http'\n[routes.all]\nto = 'crm'\n")
    source, destination, route = settings.sources["pbx"], settings.destinations["crm"], settings.routes["all"]
    assert (("127.0.0.1", 8080), ("127.0.0.1", 8081)) == (settings.listen, settings.admin.listen)
    assert ("var", "", "auto", "info") == (
        settings.data_dir,
        settings.database,
        settings.log.format,
        settings.log.level,
    )
    assert (None, ZoneInfo("UTC"), 202, 4 * 2**20) == (
        source.reading, source.time_zone, source.accepted_status, source.max_body,
    )  # fmt: skip
    assert (True, timedelta(seconds=30), 16) == (destination.active, destination.timeout, destination.slots)
    retry = destination.retry
    assert (timedelta(seconds=10), 3, timedelta(hours=6), 12) == (
        retry.first, retry.factor, retry.longest, retry.attempts,
    )  # fmt: skip
    assert (("*",), None, ("crm",), True) == (route.events, route.from_, route.to, route.active)


def test_one_name_or_a_list_of_names_will_do() -> None:
    route = settings_of("[routes.all]\nevents = ['a', 'b']\nfrom = 'pbx'\nto = ['crm', 'journal']").routes["all"]
    assert (("a", "b"), ("pbx",), ("crm", "journal")) == (route.events, route.from_, route.to)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "http://127.0.0.1:8080"),
        ("listen = '[::1]:9090'", "http://[::1]:9090"),
        ("public_url = 'https://gateway.example.org/'", "https://gateway.example.org"),
    ],
)
def test_the_base_url_is_the_public_one_or_the_listening_address(text: str, expected: str) -> None:
    assert expected == settings_of(text).base_url


def test_the_url_of_an_ipv6_address_has_brackets() -> None:
    assert ("http://[::1]:80", "http://h:80") == (url_of(("::1", 80)), url_of(("h", 80)))


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        settings_of("").listen = ("0.0.0.0", 1)  # type: ignore[misc]  # noqa: S104


def test_a_configuration_that_is_not_there_is_told_with_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    with pytest.raises(ConfigError) as caught:
        Document.at(path)
    assert f"{path}: there is no file {path} (`gateway init` writes one to start from)" == str(caught.value)


def test_what_is_not_toml_is_told_with_its_line() -> None:
    with pytest.raises(ConfigError, match=r"^gateway.toml: is not TOML: .*line 2"):
        parsed("a = 1\nb = = 2", "gateway.toml")


@pytest.mark.parametrize("content", [b"\xff", b"\xfe\xff\0a"])
def test_a_configuration_that_is_no_utf8_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gateway.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="can't be read"):
        Document.at(path)


def test_a_document_keeps_the_files_that_were_read(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text("", encoding="utf-8")
    (tmp_path / "c.toml").write_text("name = 'c'", encoding="utf-8")
    document = Document.at(tmp_path / "gateway.toml")
    document.text("c.toml", "sources.pbx.contract")
    assert {"gateway.toml": "", "c.toml": "name = 'c'"} == document.files


def test_a_stored_revision_reads_nothing_from_the_disk(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("name = 'c'", encoding="utf-8")
    stored = Document({"gateway.toml": ""}, tmp_path)
    with pytest.raises(ConfigError) as caught:
        stored.text("c.toml", "sources.pbx.contract")
    assert "sources.pbx.contract: the stored revision has no file c.toml" == str(caught.value)

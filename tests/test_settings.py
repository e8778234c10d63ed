"""gateway.toml as it is read: names, defaults, and every fault with its path."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from gateway.errors import ConfigError
from gateway.settings import Document, Settings, url_of
from gateway.toml import checked, parsed
from tests.configured import ANYBODY


def settings_of(text: str) -> Settings:
    return checked(Settings, parsed(text, "gateway.toml"), "")


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings_of(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "path", "near"),
    [
        ("listn = 'x:1'", "listn", "listen"),
        ("[admin]\ntokens = 'x'", "admin.tokens", "token"),
        ("[log]\nlevels = 'info'", "log.levels", "level"),
        (ANYBODY + "event_form = 'type'", "sources.pbx.event_form", "event_from"),
        ("[destinations.crm]\nkind = 'http'\nretry = { atempts = 3 }", "destinations.crm.retry.atempts", "attempts"),
        ("[routes.all]\nto = 'crm'\nevent = '*'", "routes.all.event", "events"),
    ],
)
def test_an_unknown_key_is_an_error_with_its_path_and_the_nearest_name(text: str, path: str, near: str) -> None:
    assert [f"{path}: no such setting (did you mean {near!r}?)"] == faults(text)


def test_where_no_name_is_near_all_are_told() -> None:
    assert ["admin.colour: no such setting (there are: listen, token)"] == faults("[admin]\ncolour = 'red'")


def test_what_stands_below_the_wrong_table_is_sent_to_the_top() -> None:
    told = "log.data_dir: no such setting (it stands at the top of the file, before the first [table])"
    assert [told] == faults("[log]\ndata_dir = 'var'")


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
    (told,) = faults("[sources.pbx]\ncontract = 'contract.toml'")
    assert told.startswith("sources.pbx.authenticate: is required (How it proves who it is: a table, or a list")


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[admin]\nlisten = '0.0.0.0:8081'", "admin.token: is required: admin.listen is reached from other machines"),
        ("[admin]\nlisten = '[::]:8081'", "admin.token: is required: admin.listen is reached from other machines"),
        ("listen = '127.0.0.1:8081'", "admin.listen: is the address of `listen` too (give one of them another port)"),
        ("web_processes = true", "web_processes: must be a whole number, without quotes (its default is 2)"),
        ("public_url = 'nonsense'", "public_url: must be an http or https URL, such as 'https://gateway.example.org'"),
        ("body_timeout = '0s'", 'body_timeout: must be more than nothing (its default is "30s")'),
    ],
)
def test_what_would_hurt_later_is_told_at_once(text: str, told: str) -> None:
    (found,) = faults(text)
    assert found.startswith(told)


def test_what_is_wrong_in_a_preset_is_told_with_its_line_there(tmp_path: Path) -> None:
    main = '[sources.pbx]\npreset = "ringcx"\nauthenticate = { kind = "anonymous" }\nmax_body = "0B"\n'
    preset = 'contract = "calls"\n# why\naccepted_status = 404\n'
    document = Document({"gateway.toml": main, "preset:ringcx": preset}, tmp_path)
    with pytest.raises(ConfigError) as caught:
        document.settings()
    assert [
        "sources.pbx.accepted_status: must be at most 203 (line 3 of its preset ringcx; its default is 202)",
        "sources.pbx.max_body: must be more than nothing (line 4)",
    ] == sorted(map(str, caught.value.problems))


def test_presets_that_there_are_not_are_told_at_once(tmp_path: Path) -> None:
    one = 'preset = "{}"\nauthenticate = {{ kind = "anonymous" }}\n'
    main = f"[sources.pbx]\n{one.format('ringxc')}[sources.other]\n{one.format('calls')}"
    with pytest.raises(ConfigError) as caught:
        Document({"gateway.toml": main}, tmp_path, tmp_path / "gateway.toml").settings()
    assert ["sources.pbx.preset", "sources.other.preset"] == [problem.path for problem in caught.value.problems]

"""Settings in, a Gateway out; or every problem, with its path."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.assembly import Workshop, current
from gateway.errors import ConfigError
from gateway.model.breaker import BreakerPolicy
from gateway.model.bucket import Rate
from gateway.model.request import Dialect
from gateway.model.retention import Ages, Policy
from gateway.model.route import Duty
from gateway.settings import Document
from gateway.store.place import SqliteFile, place_of
from gateway.store.store import Store
from tests.builders import NOON, an_event, no_original
from tests.configured import ANYBODY, BASIC, JOURNAL, TO_CRM, a_document, a_gateway, problems_of


def test_a_gateway_has_what_the_configuration_names(tmp_path: Path) -> None:
    gateway = a_gateway(tmp_path, ANYBODY + JOURNAL + TO_CRM, revision=7)
    assert (7, ["pbx"], ["crm"]) == (gateway.revision, list(gateway.sources), list(gateway.destinations))
    assert set(Dialect) == set(gateway.sources["pbx"].bindings)
    assert (Duty("all", "crm"),) == gateway.duties_of(an_event(source="/in/pbx", type="call.ended"), no_original)


def test_settings_reach_what_they_are_about(tmp_path: Path) -> None:
    text = ANYBODY + 'max_body = "1KiB"\n[destinations.crm]\nkind = "http"\nurl = "http://127.0.0.1:1/"\nslots = 3\n'
    text += 'timeout = "2s"\nactive = false\nretry = { first = "1s", factor = 2, longest = "1m", attempts = 4 }\n'
    text += 'rate = "20/s"\nbreaker = { failures = 3, share = 0.25, of = 8, rest = "1s", longest = "1m" }\n'
    gateway = a_gateway(tmp_path, text)
    crm = gateway.destinations["crm"]
    assert gateway.sources["pbx"].max_body == 1024
    assert (3, timedelta(seconds=2), False) == (crm.slots, crm.timeout, crm.active)
    assert (timedelta(seconds=1), 2, timedelta(minutes=1), 4) == (
        crm.retry.first, crm.retry.factor, crm.retry.longest, crm.retry.attempts,
    )  # fmt: skip
    assert (Rate(20, 5, "20/s"), BreakerPolicy(3, 0.25, 8, timedelta(seconds=1), timedelta(minutes=1))) == (
        crm.rate, crm.breaker,
    )  # fmt: skip


def test_a_destination_has_a_breaker_and_no_rate_unless_it_is_told_otherwise(tmp_path: Path) -> None:
    crm = a_gateway(tmp_path, JOURNAL).destinations["crm"]
    assert (None, BreakerPolicy()) == (crm.rate, crm.breaker)


def test_an_inactive_route_leads_nowhere(tmp_path: Path) -> None:
    gateway = a_gateway(tmp_path, ANYBODY + JOURNAL + TO_CRM + "active = false\n")
    assert () == gateway.duties_of(an_event(source="/in/pbx", type="call.ended"), no_original)


def test_a_route_takes_the_sources_that_it_names_only(tmp_path: Path) -> None:
    gateway = a_gateway(tmp_path, ANYBODY + JOURNAL + TO_CRM + 'from = "pbx"\n')
    assert (Duty("all", "crm"),) == gateway.duties_of(an_event(source="/in/pbx", type="call.ended"), no_original)
    assert () == gateway.duties_of(an_event(source="/in/other", type="call.ended"), no_original)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ANYBODY.replace("contract.toml", "nowhere.toml"),
            "sources.pbx.contract: there is no file {folder}/nowhere.toml (`gateway init` writes one to start from)",
        ),
        (
            ANYBODY.replace("anonymous", "basik"),
            (
                "sources.pbx.authenticate.kind: no 'basik'; there are: anonymous, api_key, basic, bearer"
                " (did you mean 'basic'?)"
            ),
        ),
        (
            ANYBODY.replace('"anonymous"', '"anonymous", user = "x"'),
            "sources.pbx.authenticate.user: no such setting (there are: kind)",
        ),
        (
            BASIC,
            (
                "sources.pbx.authenticate.password: the environment has no PBX_PASSWORD"
                " (set it where the gateway is started: export PBX_PASSWORD=…)"
            ),
        ),
        ('[destinations.crm]\nkind = "kafak"\n', "destinations.crm.kind: no 'kafak'; there are: http, log, recording"),
        (
            '[destinations.crm]\nkind = "http"\n',
            (
                "destinations.crm.url: is required (Where it is sent, such as `https://crm.example.org/calls/#call_id#`;"
                " tags may stand in host (with `hosts`), path and query)"
            ),
        ),
        (
            JOURNAL + "url = 'http://h/'\n",
            (
                "destinations.crm.url: no such setting (there are: active, breaker, debug, description, group, kind,"
                " on_dead, order_by, rate, retry, slots, timeout)"
            ),
        ),
        (
            '[destinations.crm]\nkind = "http"\nurl = "crm.example.org"\n',
            (
                "destinations.crm.url: must be an http or https URL with a host (such as 'https://crm.example.org/calls';"
                " a password goes into authenticate)"
            ),
        ),
        (
            '[destinations.crm]\nkind = "http"\nurl = "http://h/"\nconnect_timeout = 5\n',
            "destinations.crm.connect_timeout: must be text with a unit, such as '30s'; units: ms, s, m, h, d",
        ),
        (
            JOURNAL + 'rate = "fast"\n',
            "destinations.crm.rate: must be so many in a time, such as '20/s'; times: s, m, h",
        ),
        (
            JOURNAL + "breaker = { share = 1.5 }\n",
            "destinations.crm.breaker.share: must be at most 1 (its default is 0.5)",
        ),
        (JOURNAL + '[routes.all]\nto = "cmr"\n', "routes.all.to: no 'cmr' is configured (did you mean 'crm'?)"),
        (TO_CRM, "routes.all.to: no 'crm' is configured (there are: none)"),
        (
            ANYBODY + JOURNAL + TO_CRM + 'from = "pxb"\n',
            "routes.all.from: no 'pxb' is configured (did you mean 'pbx'?)",
        ),
    ],
)
def test_a_problem_is_told_with_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    monkeypatch.delenv("PBX_PASSWORD", raising=False)
    assert [expected.format(folder=tmp_path)] == problems_of(tmp_path, text)


def test_the_problems_of_every_table_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PBX_PASSWORD", raising=False)
    (tmp_path / "bad.toml").write_text(
        'name = "Calls"\nnamespace = "calls"\n[events."call.ended"]\n[events."call.ended".fields]\n'
        'event = { type = "string" }\ncall_id = { type = "boolean", max_length = 3 }\n',
        encoding="utf-8",
    )
    told = problems_of(
        tmp_path,
        BASIC
        + ANYBODY.replace("sources.pbx", "sources.bad").replace("contract.toml", "bad.toml")
        + '[destinations.crm]\nkind = "kafak"\n[destinations.erp]\nkind = "http"\nurl = "ftp://h/"\nmethod = "TRACE"\n'
        + '[routes.all]\nto = "cmr"\n[routes.some]\nfrom = "pxb"\nto = "erp"\n',
    )
    assert [
        "sources.pbx.authenticate.password", "bad.toml", "bad.toml", "bad.toml", "bad.toml", "destinations.crm.kind",
        "destinations.erp.url", "destinations.erp.method", "routes.all.to", "routes.some.from",
    ] == [line.partition(":")[0] for line in told]  # fmt: skip
    for place in (
        "name:",
        "namespace:",
        "events.call.ended.fields.event:",
        "events.call.ended.fields.call_id.max_length:",
    ):
        assert sum(f"bad.toml: {place}" in line for line in told) == 1


def test_no_secret_shows_in_what_is_built_nor_in_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBX_PASSWORD", "hunter2")
    document = a_document(tmp_path, BASIC + JOURNAL + TO_CRM)
    assert "hunter2" not in repr(document.settings()) + repr(Workshop().build(document, 1)) + str(dict(document.files))
    told = problems_of(tmp_path, BASIC.replace("} }", "}, realm = 1 }") + TO_CRM)
    assert [] == [line for line in told if "hunter2" in line]


def test_what_a_contract_cost_is_paid_once_while_its_bytes_stay(tmp_path: Path) -> None:
    workshop = Workshop()
    workshop.build(a_document(tmp_path, ANYBODY), 1)
    workshop.build(a_document(tmp_path, ANYBODY + JOURNAL + ANYBODY.replace("pbx", "other")), 2)
    assert (1, 1) == (len(workshop.contracts), len(workshop.services))


def test_another_zone_or_reading_is_another_service(tmp_path: Path) -> None:
    workshop = Workshop()
    zoned = ANYBODY.replace("pbx", "zoned") + 'time_zone = "Europe/Berlin"\n'
    lenient = ANYBODY.replace("pbx", "lenient") + 'reading = "lenient"\n'
    workshop.build(a_document(tmp_path, ANYBODY + zoned + lenient), 1)
    assert (1, 3) == (len(workshop.contracts), len(workshop.services))


def test_a_newer_revision_is_built_from_the_store_and_not_from_the_disk(tmp_path: Path, store: Store) -> None:
    document = a_document(tmp_path, ANYBODY)
    document.text("contract.toml", "")
    first = store.revisions.put_in_force(document.files, "test", NOON)
    changed = dict(document.files) | {"gateway.toml": ANYBODY + JOURNAL}
    second = store.revisions.put_in_force(changed, "test", NOON)
    (tmp_path / "contract.toml").unlink()
    in_force = current(Workshop(), Document(store.revisions.files(first), tmp_path), first, store.revisions)
    assert [] == list(in_force.gateway.destinations)
    assert in_force.follow(second)
    assert (second, ["crm"]) == (in_force.gateway.revision, list(in_force.gateway.destinations))


@pytest.mark.parametrize(
    ("text", "file", "lock"),
    [
        ("", "var/gateway.db", "var/gateway.lock"),
        ('data_dir = "data"', "data/gateway.db", "data/gateway.lock"),
        ('database = "sqlite:///db/calls.db"', "db/calls.db", "db/calls.lock"),
    ],
)
def test_the_database_is_where_the_configuration_says(tmp_path: Path, text: str, file: str, lock: str) -> None:
    document = a_document(tmp_path, text)
    place = place_of(document.settings(), document.folder)
    assert SqliteFile(tmp_path / file, tmp_path / lock) == place


@pytest.mark.parametrize("url", ["mysql://gateway@db/gateway", "gateway.db", "sqlite:///"])
def test_a_database_that_this_version_can_not_use_is_told(tmp_path: Path, url: str) -> None:
    document = a_document(tmp_path, f'database = "{url}"')
    with pytest.raises(
        ConfigError, match=r"^database: can't use .* \(sqlite:///PATH or postgresql://USER@HOST/NAME\)$"
    ):
        place_of(document.settings(), document.folder)


def test_what_retention_leaves_out_of_a_source_is_as_for_all(tmp_path: Path) -> None:
    assert Policy() == a_gateway(tmp_path, ANYBODY).retention
    text = '[retention]\nevents = "90d"\nrefused = "7d"\n[retention.sources.pbx]\nevents = "30d"\n'
    day = timedelta(days=1)
    policy = a_gateway(tmp_path, ANYBODY + text).retention
    assert Ages(30 * day, 30 * day, 7 * day, 30 * day) == policy.of("pbx") == policy.of("/in/pbx")
    assert Ages(90 * day, 90 * day, 7 * day, 90 * day) == policy.of("web") == policy.of("/joins/calls")
    longer = a_gateway(tmp_path, ANYBODY + text.replace("refused", 'dead = "365d"\nrefused')).retention
    assert Ages(30 * day, 365 * day, 7 * day, 365 * day) == longer.of("pbx")


def test_retention_of_a_source_that_is_not_configured_is_a_mistake(tmp_path: Path) -> None:
    told = problems_of(tmp_path, ANYBODY + '[retention.sources.pbxx]\nevents = "30d"\n')
    assert ["retention.sources.pbxx: no such source (did you mean 'pbx'?)"] == told

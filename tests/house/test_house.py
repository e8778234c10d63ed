"""The house keeps itself: names that must be equal, sizes, banned words, and a page for everything a user may meet."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import cli, errors, plugins
from gateway.egress.connecting import Tls
from gateway.settings import Admin, Log, Settings
from gateway.settings.destinations import BreakerSettings, DestinationSettings, RetrySettings, RouteSettings
from gateway.settings.habits import ClockSettings, DeriveSettings, GuideService, GuideSettings, InferSettings
from gateway.settings.joins import EachSettings, JoinSettings, LookedSettings, TakenSettings
from gateway.settings.retention import RetentionAges, RetentionSettings
from gateway.settings.sources import IdempotencySettings, SourceSettings
from gateway.soap.call_settings import Input
from gateway.telemetry import metrics
from tests import ROOT

_SOURCES = [path for path in (ROOT / "gateway").rglob("*.py") if "versions" not in path.parts]
_TESTS = list((ROOT / "tests").rglob("*.py"))
_BANNED = {"utils", "helpers", "common", "misc", "base", "core", "manager", "service", "handlers"}
FAMILIES = ("authenticators", "destinations", "storage")
_HOWTO = ROOT / "gateway/docs/howto"


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", _SOURCES, ids=_named)
def test_a_file_is_small_well_named_and_finished(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 250
    assert path.stem not in _BANNED
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)
    for function in _functions(ast.parse(text)):
        assert (function.end_lineno or 0) - function.lineno < 45, function.name


@pytest.mark.parametrize("path", _TESTS, ids=_named)
def test_a_test_can_fail(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"assert " + "True$|mark.x" + "fail", text, re.MULTILINE)


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("family", FAMILIES)
def test_a_kind_is_a_module_with_a_test_of_its_name(family: str) -> None:
    kinds = {path.stem for path in (ROOT / "gateway" / family).glob("*.py")} - {"__init__"}
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / family).glob("test_*.py")}
    assert kinds == set(plugins.known(family))
    assert kinds == tests


@pytest.mark.parametrize("name", ["gateway.toml", "starter.toml"])
def test_the_complete_configuration_names_every_setting(name: str) -> None:
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    tomllib.loads(text)
    kinds = [plugins.find(family, kind, "") for family in FAMILIES for kind in plugins.known(family)]
    for table in (
        Settings, Admin, Log, SourceSettings, DestinationSettings, RouteSettings, RetrySettings, IdempotencySettings,
        RetentionSettings, RetentionAges, BreakerSettings, Tls, Input, ClockSettings, DeriveSettings, InferSettings,
        GuideSettings, GuideService, JoinSettings, EachSettings, TakenSettings, LookedSettings,
        *(kind.Options for kind in kinds),
    ):  # fmt: skip
        for one, field in table.model_fields.items():
            key = field.alias or one
            assert re.search(rf"(^#?|[\[{{ .]){re.escape(key)}\b", text, re.MULTILINE), f"{table.__name__}.{key}"


def test_every_reason_exit_code_and_metric_is_explained() -> None:
    callers = (_HOWTO / "callers.md").read_text(encoding="utf-8")
    for reason in errors.REASONS:
        assert f"`{reason}`" in callers, reason
    operate = (_HOWTO / "operate.md").read_text(encoding="utf-8")
    for metric in (
        metrics.requests, metrics.events, metrics.attempts, metrics.conditions_failed, metrics.latency,
        metrics.commit_seconds, metrics.commit_size, metrics.claim_seconds, metrics.breaker_open,
        metrics.deleted, metrics.revision,
    ):  # fmt: skip
        assert next(iter(metric.describe())).name in operate
    codes = (cli.OK, cli.BUG, cli.USAGE, cli.REFUSED, cli.DEAD_LETTER, cli.TIMED_OUT, cli.STORE_UNAVAILABLE)
    for code in (*codes, cli.INTERRUPTED):
        assert f"| {code} |" in operate, code


def test_every_module_of_the_map_exists() -> None:
    text = (ROOT / "gateway/README.md").read_text(encoding="utf-8")
    for name in re.findall(r"\b([a-z_]+(?:/[a-z_]+)*\.py)\b", text):
        assert (ROOT / "gateway" / name).exists() or (ROOT / "tests/destinations" / name).exists(), name


def test_no_address_of_a_package_registry_is_committed() -> None:
    assert "http" not in (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("aiohttp", "")

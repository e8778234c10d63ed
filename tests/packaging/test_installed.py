"""The wheel in an empty environment, on every Python: begun, checked, run and called, with no checkout in sight.

It takes a minute for each Python, and a package registry: `make package` asks for it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import zeep

from tests import ROOT
from tests.packaging.interpreters import interpreter
from tests.packaging.test_wheel import PYTHONS
from tests.running import free_port, wait_for

pytestmark = pytest.mark.skipif(not os.environ.get("GATEWAY_PACKAGING"), reason="minutes long: make package")

IMPORTS_ALL = """
import importlib, pkgutil, warnings
warnings.filterwarnings("error", module=r"(.*/)?gateway([./]|$)")
import gateway
left_out = {"gateway.__main__", "gateway.wsgi", "gateway.web_worker"}  # these begin to serve
names = [one.name for one in pkgutil.walk_packages(gateway.__path__, "gateway.", onerror=print)]
found = [name for name in names if name not in left_out and ".migrations" not in name]
for name in found:
    importlib.import_module(name)
print(len(found), gateway.__file__)
"""


@dataclass(frozen=True)
class Installed:
    """The program in an environment of its own; commands are run in an empty folder."""

    environment: Path
    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """One of the environment's programs."""
        program, *arguments = command
        return subprocess.run(
            [self.environment / "bin" / program, *arguments], cwd=self.folder, env=self.variables, capture_output=True,
            text=True, check=False, timeout=120,
        )  # fmt: skip

    @property
    def variables(self) -> dict[str, str]:
        """Of a shell that knows nothing of this checkout, nor of how tests are run."""
        ours = ("PYTHON", "GATEWAY_", "VIRTUAL_ENV")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """`gateway run`, ready."""
        log = self.folder / "log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [self.environment / "bin/gateway", "run", "--drain", "5s"], cwd=self.folder, env=self.variables,
                stdout=stream, stderr=stream, start_new_session=True,
            )  # fmt: skip
        try:
            wait_for(lambda: self._is_ready(process, log), 60, f"the start ({log})")
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(20)

    def _is_ready(self, process: subprocess.Popen[bytes], log: Path) -> bool:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        return "ready http" in log.read_text(encoding="utf-8")


def _pip(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pip", *arguments, "--disable-pip-version-check", "--quiet"],
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip


@pytest.fixture(scope="module", params=PYTHONS)
def installed(request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, with what requirements.lock names for that Python."""
    python = interpreter(request.param)
    if python is None:
        pytest.skip(f"no Python {request.param} runs here")
    environment = tmp_path_factory.mktemp(f"python{request.param}")
    subprocess.run([python, "-m", "venv", "--without-pip", environment], check=True, timeout=60)
    if _pip("download", "--no-deps", "--dest", environment / "probe", "click").returncode != 0:
        pytest.skip("no package registry is reached from here")
    (wheel,) = built.glob("*.whl")
    within = ("--python", environment / "bin/python", "install", "--constraint", ROOT / "requirements.lock")
    done = _pip(*within, wheel)
    assert done.returncode == 0, done.stderr
    folder = tmp_path_factory.mktemp("elsewhere")
    return Installed(environment, folder)


def test_every_module_is_imported_without_a_warning_of_ours(installed: Installed) -> None:
    done = installed.run("python", "-c", IMPORTS_ALL)
    assert (0, "") == (done.returncode, done.stderr)
    count, file = done.stdout.split()
    assert int(count) > 150
    assert file.startswith(str(installed.environment))


def test_init_check_run_and_calls_by_http_and_soap_work_with_no_checkout(installed: Installed) -> None:
    begun = installed.run("gateway", "init")
    assert (0, "") == (begun.returncode, begun.stderr)
    file = installed.folder / "gateway.toml"
    text = file.read_text(encoding="utf-8")
    port, admin = free_port(), free_port()
    file.write_text(text.replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace("127.0.0.1:8081", f"127.0.0.1:{admin}"))
    checked = installed.run("gateway", "check")
    assert (0, "ok: 1 sources, 1 destinations, 1 routes\n", "") == (checked.returncode, checked.stdout, checked.stderr)
    with installed.running() as process:
        _called(f"http://127.0.0.1:{port}/in/pbx")
        assert "gateway_events_accepted_total" in requests.get(f"http://127.0.0.1:{admin}/metrics", timeout=20).text
        sent = installed.run("gateway", "send", "pbx", "call-ended", "--protocol", "soap11", "--follow")
        assert (0, "") == (sent.returncode, sent.stderr)
        listed = installed.run("gateway", "deliveries", "list", "--json")
        assert ["delivered"] * 3 == [json.loads(line)["state"] for line in listed.stdout.splitlines()]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    told = (installed.folder / "log").read_text(encoding="utf-8")
    assert 3 == told.count('"event.logged"')
    assert not re.search(r"Traceback|\w+Warning", told)


def _called(endpoint: str) -> None:
    """By HTTP, and by SOAP as a client does that knows the WSDL alone."""
    by_http = requests.post(f"{endpoint}/call-ended", json={"call_id": "4711"}, timeout=20)
    assert (202, "accepted") == (by_http.status_code, by_http.json()["status"])
    client = zeep.Client(f"{endpoint}?wsdl")  # type: ignore[no-untyped-call]
    receipt = client.service.submitCallEnded(callEnded={"call_id": "4712"})
    assert receipt.status == "accepted"
    page = requests.get(endpoint, headers={"Accept": "text/html"}, timeout=20)
    assert (200, True) == (page.status_code, "call-ended" in page.text)


def test_the_documentation_is_there_to_read(installed: Installed) -> None:
    done = installed.run(
        "python", "-c", "import gateway, pathlib; print(pathlib.Path(gateway.__file__).parent / 'docs/reference')"
    )
    folder = Path(done.stdout.strip())
    assert folder.is_relative_to(installed.environment)
    assert ["commands.md", "errors.md", "metrics.md", "settings.md"] == sorted(one.name for one in folder.iterdir())

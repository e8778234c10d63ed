"""Clients that other people wrote: what each is, whether it is here, and how its first call is made to run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from tests import ROOT

PLACE = ROOT / ".venv/interop"
"""Where `make interop` puts what is no Debian package."""
_MODULES = PLACE / "node_modules"
_JAVA = "/usr/share/jaxws/lib/*:/usr/share/java/*"


@dataclass(frozen=True)
class Toolkit:
    """The commands are the shell's, in a folder of the WSDL's own; {file} is the program, {stem} its name alone."""

    name: str
    snippet: str
    """The template of its program."""
    suffix: str
    packages: str
    """What `make interop` installs for it."""
    tells_version: str
    run: str
    generate: str = "true"
    """What is to be done once for all programs of a WSDL at {url}, whose contract is {contract}, in SOAP {version}."""
    versions: tuple[str, ...] = ("1.1", "1.2")
    """Of SOAP, that it can speak; "" where it speaks none."""
    loses: Mapping[str, Callable[[str], str]] = field(default_factory=dict, hash=False)
    """Values that it can't carry, by field: what becomes of them. gateway/docs/howto/soap-clients.md says why."""

    @cache  # noqa: B019 - there are ten, for as long as the process is
    def version(self) -> str:
        """Its version, "" where it is not installed."""
        told = subprocess.run(["sh", "-c", self.tells_version], capture_output=True, text=True, check=False)
        return told.stdout.strip() if told.returncode == 0 else ""


_NPM = f"ln -sfn {_MODULES} node_modules"


def _of_npm(package: str) -> str:
    return f"node -p \"require('{_MODULES}/{package}/package.json').version\""


def _of_debian(package: str, needed: str) -> str:
    return f"{needed} >/dev/null && dpkg-query -W -f '${{Version}}' {package} | sed 's/^.*://; s/[+-].*//'"


TOOLKITS = (
    Toolkit(
        "curl, JSON", "curl", "sh", "curl (Debian)", "curl --version | awk 'NR == 1 {print $2}'", "sh {file}",
        versions=("",),
    ),
    Toolkit(
        "curl, SOAP", "curl-soap", "sh", "curl (Debian)", "curl --version | awk 'NR == 1 {print $2}'", "sh {file}",
    ),
    Toolkit(
        "Python zeep", "python", "py", "zeep (PyPI)",
        f"{ROOT}/.venv/bin/python -c 'import zeep; print(zeep.__version__)'", f"{ROOT}/.venv/bin/python {{file}}",
    ),
    Toolkit(
        "Python suds", "suds", "py", "suds-community (PyPI)",
        f"{PLACE}/suds/bin/python -c 'import suds; print(suds.__version__)'", f"{PLACE}/suds/bin/python {{file}}",
        versions=("1.1",),
    ),
    Toolkit(
        "PHP SoapClient", "php", "php", "php-cli, php-soap (Debian)",
        "php -m | grep -qx soap && php -r 'echo PHP_VERSION;'", "php -d soap.wsdl_cache_enabled=0 {file}",
        loses={"checksum": lambda _number: str(2**63 - 1)},
    ),
    Toolkit("Node soap", "node", "mjs", "soap (npm)", _of_npm("soap"), "node {file}", _NPM),
    Toolkit(
        "wsdl-tsclient", "typescript", "ts", "wsdl-tsclient, typescript (npm)", _of_npm("wsdl-tsclient"),
        "node {stem}.js",
        f"{_NPM} && PATH=$PATH:node_modules/.bin && curl -s -o {{contract}}.wsdl '{{url}}?wsdl=1.1'"
        " && wsdl-tsclient {contract}.wsdl -o generated"
        " && tsc --strict --target es2022 --module commonjs --moduleResolution bundler --types node *.ts",
    ),
    Toolkit(
        "Java JAX-WS RI", "java", "java", "jaxws, default-jdk-headless (Debian)",
        _of_debian("libjaxws-java", "command -v wsimport javac"),
        f"java -XX:TieredStopAtLevel=1 -cp 'classes:{_JAVA}' {{file}}",
        "mkdir -p generated classes && wsimport -quiet -extension -Xnocompile -s generated -p {contract} '{url}?wsdl'"
        f" && javac -nowarn -cp '{_JAVA}' -d classes $(find generated -name '*.java')",
    ),
    Toolkit(
        "gSOAP C++", "gsoap", "cpp", "gsoap, libgsoap-dev, g++ (Debian)",
        _of_debian("gsoap", "command -v wsdl2h c++"),
        "c++ -o {stem} {file} *.o -lgsoap++ && ./{stem}",
        "wsdl2h -o {contract}.h '{url}?wsdl' && soapcpp2 -$(echo {version} | cut -c 3) -j -C -L -x"
        " -I/usr/share/gsoap/import {contract}.h && c++ -c soapC.cpp soap*Proxy.cpp",
        loses={"placed": lambda moment: moment.replace(".125", "")},
    ),
    Toolkit(
        "Perl SOAP::Lite", "perl", "pl", "libsoap-lite-perl (Debian)",
        "perl -MSOAP::Lite -e 'print $SOAP::Lite::VERSION'", "perl {file}",
    ),
    Toolkit(
        "Ruby soap4r", "ruby", "rb", "ruby-soap4r, ruby-httpclient (Debian)",
        _of_debian("ruby-soap4r", "command -v ruby"), "ruby {file}", versions=("1.1",),
    ),
)  # fmt: skip

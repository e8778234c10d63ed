"""A certificate authority for tests, made by the openssl program."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

_CA = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")
_NEW = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Authority:
    """An authority, with its files in `folder`."""

    folder: Path
    name: str = "ca"

    @property
    def certificate(self) -> Path:
        return self.folder / f"{self.name}.pem"

    @property
    def key(self) -> Path:
        return self.folder / f"{self.name}.key"

    def issued(self, name: str, *hosts: str, days: int = 1) -> tuple[Path, Path]:
        """Certificate and key of `name`, for `hosts` such as `DNS:localhost`."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        names = ("-addext", f"subjectAltName={','.join(hosts)}") if hosts else ()
        _openssl(
            "req", "-x509", *_NEW, "-subj", f"/CN={name}", "-days", str(days), *names,
            "-CA", self.certificate, "-CAkey", self.key, "-keyout", key, "-out", certificate,
            "-addext", "basicConstraints=critical,CA:FALSE",
        )  # fmt: skip
        return certificate, key

    def server(self, *hosts: str, asks: bool = False) -> ssl.SSLContext:
        """What a server speaks TLS with; one that `asks` wants a certificate of this authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.issued("server", *hosts))
        if asks:
            context.load_verify_locations(self.certificate)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


def an_authority(folder: Path, name: str = "ca") -> Authority:
    made = Authority(folder, name)
    extensions = [word for extension in _CA for word in ("-addext", extension)]
    _openssl(
        "req", "-x509", *_NEW, "-subj", f"/CN={name}", "-days", "1", *extensions,
        "-keyout", made.key, "-out", made.certificate,
    )  # fmt: skip
    return made


def encrypted(key: Path, passphrase: str) -> Path:
    made = key.with_suffix(".encrypted")
    _openssl("pkcs8", "-topk8", "-in", key, "-out", made, "-passout", f"pass:{passphrase}")
    return made


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)

"""What TLS is spoken with: the far side is always verified; whom to trust and who we are can be said."""

from __future__ import annotations

import ssl
from pathlib import Path

from gateway.values import Unusable


def tls_context(
    *,
    ca: Path | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
    passphrase: str | None = None,
) -> ssl.SSLContext:
    """TLS 1.2 or newer (RFC 9325 §3.1.1), with the far side's certificate and name verified (RFC 9110 §4.3.4).

    With `ca` (PEM) only what it signed is trusted, else what the system trusts. `certificate` (PEM, with its chain)
    is ours, shown to a server that asks; its key is in `key`, or in the same file. Raises ValueError, naming the file.
    """
    if ca is not None:
        _check_readable(ca)
    context = _trusting(ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if certificate is not None:
        _show(context, certificate, key, passphrase)
    elif key is not None:
        raise ValueError(f"{key} is the key of a certificate that is missing: give the certificate too")
    return context


def _trusting(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except ssl.SSLError:
        raise Unusable(f"{ca} has no certificates in PEM", "such a file begins -----BEGIN CERTIFICATE-----") from None


def _show(context: ssl.SSLContext, certificate: Path, key: Path | None, passphrase: str | None) -> None:
    _check_readable(certificate)
    if key is not None:
        _check_readable(key)
    asked: list[Path] = []

    def given() -> str:
        asked.append(key or certificate)
        return passphrase or ""  # without a function OpenSSL would ask at the terminal, and wait

    try:
        context.load_cert_chain(certificate, key, given)
    except (ssl.SSLError, ValueError) as error:
        raise ValueError(_said(error, certificate, key, is_encrypted=bool(asked))) from None


def _said(error: Exception, certificate: Path, key: Path | None, *, is_encrypted: bool) -> str:
    if is_encrypted:
        return f"{key or certificate} holds an encrypted key, and the passphrase does not open it"
    if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
        return f"{key or certificate} is not the key of {certificate}"
    if "BEGIN CERTIFICATE" not in certificate.read_text(encoding="utf-8", errors="replace"):
        return f"{certificate} has no certificate in PEM"
    return f"{key or certificate} has no private key in PEM, or {certificate} is damaged"


def _check_readable(path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        raise Unusable(
            f"{path} can't be read: {error.strerror}", "relative paths start at the folder of gateway.toml"
        ) from None

"""The far side is verified, always; a mistake in a file is said when the configuration is read."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import Any

import pytest

from gateway.egress.tls import tls_context
from tests.egress.certificates import Authority, an_authority, encrypted
from tests.egress.sending import OK, Names, send, unreachable
from tests.egress.speaking import Spoken, speaking

LOCAL = ("DNS:localhost", "IP:127.0.0.1")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return an_authority(tmp_path_factory.mktemp("ca"))


def secured(far: Spoken, host: str = "localhost") -> str:
    return far.url.replace("http://127.0.0.1", f"https://{host}")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST."])
def test_a_far_side_whose_certificate_the_ca_signed_is_spoken_to(authority: Authority, host: str) -> None:
    with speaking(OK, tls=authority.server(*LOCAL)) as far:
        (answer,) = send(secured(far, host), client={"tls": tls_context(ca=authority.certificate)})
    assert 200 == answer.status


def test_a_far_side_that_only_the_system_would_have_to_trust_is_not(authority: Authority) -> None:
    with speaking(OK, OK, tls=authority.server(*LOCAL)) as far:
        for client in ({}, {"tls": None}):
            why = unreachable(secured(far), client=client)
            assert why.startswith(f"no connection to localhost:{far.port}: its certificate: ")
        assert "hunter2" not in why


def test_a_far_side_of_another_authority_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    other = an_authority(tmp_path, "other")
    with speaking(OK, tls=other.server(*LOCAL)) as far:
        why = unreachable(secured(far), client={"tls": tls_context(ca=authority.certificate)})
    assert "its certificate: " in why
    assert [] == far.heard


def test_a_certificate_for_another_name_is_refused(authority: Authority) -> None:
    with speaking(OK, tls=authority.server("DNS:other.example")) as far:
        client = {"tls": tls_context(ca=authority.certificate)}
        assert "'localhost'" in unreachable(secured(far), client=client)
    assert [] == far.heard


def test_a_name_is_verified_and_not_the_address_that_it_has(authority: Authority) -> None:
    with speaking(OK, OK, tls=authority.server("DNS:far.example")) as far:
        client = {"tls": tls_context(ca=authority.certificate), "resolve": Names({"far.example": [["127.0.0.1"]]})}
        assert 200 == send(secured(far, "far.example"), client=client)[0].status


def test_a_server_that_asks_for_a_certificate_is_shown_ours(authority: Authority) -> None:
    certificate, key = authority.issued("gateway")
    tls = tls_context(ca=authority.certificate, certificate=certificate, key=key)
    with speaking(OK, tls=authority.server(*LOCAL, asks=True)) as far:
        assert 200 == send(secured(far), client={"tls": tls})[0].status


def test_a_server_that_asks_for_a_certificate_does_not_answer_without(authority: Authority) -> None:
    with speaking(OK, tls=authority.server(*LOCAL, asks=True)) as far:
        why = unreachable(secured(far), client={"tls": tls_context(ca=authority.certificate)})
    assert re.search("certificate required|disconnected|reset|Broken pipe", why, re.IGNORECASE), why
    assert [] == far.heard


def test_nothing_older_than_tls_1_2_is_spoken_and_nothing_goes_unverified(authority: Authority) -> None:
    for context in (tls_context(), tls_context(ca=authority.certificate)):
        assert ssl.TLSVersion.TLSv1_2 <= context.minimum_version
        assert (ssl.CERT_REQUIRED, True) == (context.verify_mode, context.check_hostname)


def test_certificate_and_key_may_share_a_file(authority: Authority, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(path.read_bytes() for path in authority.issued("both")))
    tls_context(certificate=both)


def test_an_encrypted_key_is_opened_by_its_passphrase(authority: Authority) -> None:
    certificate, key = authority.issued("locked")
    locked = encrypted(key, "hunter2")
    tls_context(certificate=certificate, key=locked, passphrase="hunter2")
    for wrong in ("hunter3", None):
        with pytest.raises(ValueError, match=re.escape(f"{locked} holds an encrypted key")) as error:
            tls_context(certificate=certificate, key=locked, passphrase=wrong)
        assert "hunter" not in str(error.value)


def test_a_file_that_cannot_be_used_is_named(authority: Authority, tmp_path: Path) -> None:
    certificate, key = authority.issued("named")
    _, other = authority.issued("another")
    missing, text = tmp_path / "missing.pem", tmp_path / "text.pem"
    text.write_text("no PEM", encoding="ascii")
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"ca": missing}, f"{missing} can't be read: No such file"),
        ({"ca": tmp_path}, f"{tmp_path} can't be read: Is a directory"),
        ({"ca": text}, f"{text} has no certificates in PEM"),
        ({"certificate": missing, "key": key}, f"{missing} can't be read"),
        ({"certificate": certificate, "key": missing}, f"{missing} can't be read"),
        ({"certificate": text, "key": key}, f"{text} has no certificate in PEM"),
        ({"certificate": certificate, "key": text}, f"{text} has no private key in PEM"),
        ({"certificate": certificate}, f"{certificate} has no private key in PEM"),
        ({"certificate": certificate, "key": other}, f"{other} is not the key of {certificate}"),
        ({"key": key}, f"{key} is the key of a certificate that is missing"),
    )
    for files, why in cases:
        with pytest.raises(ValueError, match=re.escape(why)):
            tls_context(**files)

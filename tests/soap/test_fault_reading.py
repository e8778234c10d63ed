"""The fault in a service's answer."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import pytest

from gateway.model.fault import Fault
from gateway.soap.envelope import NS11, NS12
from gateway.soap.fault_reading import fault_in
from tests.soap.calling import TYPES, an_envelope


def read(body: str | bytes, content_type: str = TYPES[NS11], **headers: str) -> Fault | None:
    named: Mapping[str, str] = {"content-type": content_type} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return fault_in(named, body if isinstance(body, bytes) else body.encode())


def fault11(code: str, text: str = "no such call", more: str = "") -> str:
    return an_envelope(f"<s:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring>{more}</s:Fault>")


def fault12(inside: str, more: str = '<s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason>') -> str:
    return an_envelope(f"<s:Fault><s:Code>{inside}</s:Code>{more}</s:Fault>", NS12)


@pytest.mark.parametrize(
    ("code", "expected", "is_callers"),
    [
        ("s:Client", "Client", True),
        ("Client.Authentication", "Client.Authentication", True),
        (" soapenv:Server\n", "Server", False),
        ("s:MustUnderstand", "MustUnderstand", True),
        ("s:VersionMismatch", "VersionMismatch", True),
        ("ns7:QuotaExceeded", "QuotaExceeded", False),
        ("", "without a code", False),
    ],
)
def test_a_code_says_who_is_to_blame(code: str, expected: str, is_callers: bool) -> None:
    fault = read(fault11(code))
    assert Fault(expected, "no such call") == fault
    assert is_callers is fault.is_callers


@pytest.mark.parametrize(
    ("inside", "expected", "is_callers"),
    [
        ("<s:Value>s:Sender</s:Value>", "Sender", True),
        ("<s:Value>s:Receiver</s:Value>", "Receiver", False),
        ("<s:Value>s:DataEncodingUnknown</s:Value>", "DataEncodingUnknown", True),
        (
            "<s:Value>s:Sender</s:Value><s:Subcode><s:Value>m:Timeout</s:Value></s:Subcode>",
            "Sender.Timeout",
            True,
        ),
    ],
)
def test_so_it_does_in_soap_1_2(inside: str, expected: str, is_callers: bool) -> None:
    fault = read(fault12(inside), TYPES[NS12])
    assert Fault(expected, "no") == fault
    assert is_callers is fault.is_callers


def test_where_it_has_no_text_its_detail_is_one() -> None:
    assert Fault("Client", "E42 bad uii") == read(fault11("s:Client", "", "<detail><e>E42\n bad uii</e></detail>"))
    assert Fault("Sender", "E42") == read(fault12("<s:Value>s:Sender</s:Value>", "<s:Detail><e>E42</e></s:Detail>"))


def test_parts_of_it_may_stand_in_a_namespace() -> None:
    qualified = "<s:Fault><s:faultcode>s:Client</s:faultcode><s:faultstring>no</s:faultstring></s:Fault>"
    assert Fault("Client", "no") == read(an_envelope(qualified))


def test_its_text_is_bounded_and_its_charset_heeded() -> None:
    fault = read(fault11("s:Client", "x" * 1000))
    assert fault is not None
    assert "x" * 300 + "…" == fault.text
    latin = fault11("s:Client", "unbekannt: Zoë").encode("latin-1")
    assert Fault("Client", "unbekannt: Zoë") == read(latin, "text/xml; charset=iso-8859-1")
    assert Fault("Client", "no") == read(fault11("s:Client", "no").encode("utf-16"))


def test_an_answer_may_be_compressed() -> None:
    packed = gzip.compress(fault11("s:Server", "busy").encode())
    assert Fault("Server", "busy") == read(packed, content_encoding="gzip")
    assert read(packed[:20], content_encoding="gzip") is None
    assert read(gzip.compress(b" " * 2**21), content_encoding="gzip") is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        " \n",
        "OK",
        "<html><body>Fault</body></html>",
        '{"fault":"x"}',
        an_envelope("<done/>"),
        "<Envelope><Body><Fault/></Body></Envelope>",
        f'<s:Envelope xmlns:s="{NS11}"/>',
        fault11("s:Client")[:-30],
        '<!DOCTYPE a [<!ENTITY b "c">]>' + fault11("s:Client", "&b;"),
        f'<s:Envelope xmlns:s="{NS11}" xmlns:t="{NS12}"><s:Body><t:Fault/></s:Body></s:Envelope>',
        "<a>" * 100 + "</a>" * 100,
    ],
)
def test_what_is_no_fault_or_cannot_be_read_is_none(body: str) -> None:
    assert read(body) is None


def test_nor_is_what_is_in_no_charset_that_there_is() -> None:
    assert read(fault11("s:Client"), "text/xml; charset=klingon") is None


def test_a_fault_is_told_in_one_line() -> None:
    assert "fault Client: no such call" == str(Fault("Client", "no such call"))
    assert "fault Server" == str(Fault("Server", ""))

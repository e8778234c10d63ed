"""The fault in a SOAP service's answer, if there is one."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from gateway.errors import RequestError
from gateway.model.charset import charset_of
from gateway.model.coding import inflated
from gateway.model.fault import Fault
from gateway.soap.document import Element, parsed
from gateway.soap.envelope import DIALECTS, NS11

_MOST = 2**20
_LONGEST_TEXT = 300
_LONGEST_CODE = 60


def fault_in(headers: Mapping[str, str], body: bytes) -> Fault | None:
    """What the answer says that went wrong, in either version; None where it says nothing of that, or can't be read.

    Names of `headers` may have any case where the mapping takes any.
    """
    try:
        content = inflated(headers, body, _MOST)
        if not content.strip():
            return None
        root = parsed(content, charset_of(headers, content).codec)
    except RequestError:  # no SOAP, then: its status has to do
        return None
    name = etree.QName(root)
    soap = f"{{{name.namespace}}}"
    if name.localname != "Envelope" or name.namespace not in DIALECTS:
        return None
    fault = root.find(f"{soap}Body/{soap}Fault")
    if fault is None:
        return None
    return _fault11(fault) if name.namespace == NS11 else _fault12(fault, soap)


def _fault11(fault: Element) -> Fault:
    """SOAP 1.1 §4.4; there are services that put its parts into a namespace."""
    parts = {etree.QName(one).localname: one for one in fault}
    said = _text(parts.get("faultstring")) or _text(parts.get("detail"))
    return Fault(_code(parts.get("faultcode")) or "without a code", said)


def _fault12(fault: Element, soap: str) -> Fault:
    """SOAP 1.2 Part 1 §5.4: the code and what it is more closely, as 1.1 writes it; of its texts, the first."""
    code = fault.find(f"{soap}Code")
    values = [_code(one) for one in code.iter(f"{soap}Value")] if code is not None else []
    said = _text(fault.find(f"{soap}Reason/{soap}Text")) or _text(fault.find(f"{soap}Detail"))
    return Fault(".".join(filter(None, values)) or "without a code", said)


def _code(element: Element | None) -> str:
    return _text(element).rpartition(":")[2][:_LONGEST_CODE]


def _text(element: Element | None) -> str:
    """Its text and that of all in it, in one line."""
    whole = " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""
    return whole if len(whole) <= _LONGEST_TEXT else f"{whole[:_LONGEST_TEXT]}…"

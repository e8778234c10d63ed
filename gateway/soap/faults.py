"""A refusal in SOAP's words. Spyne's own writer fails on MustUnderstand, on details and on control characters."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from gateway.errors import Refusal, Violation
from gateway.model.request import Dialect
from gateway.soap.declared import enveloped

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 has no place for."""
_LONGEST = 2000


def fault(error: Refusal, dialect: Dialect, namespace: str | None) -> bytes:
    """The envelope that tells `error`; with `namespace`, the contract's declared fault is its detail."""
    write = _fault11 if dialect is Dialect.SOAP11 else _fault12
    return enveloped(write(error, _detail(error, namespace) if namespace else ""), dialect)


def _fault11(error: Refusal, detail: str) -> str:
    """SOAP 1.1 §4.4."""
    return (
        f"<soap:Fault><faultcode>soap:{error.fault.soap11}</faultcode><faultstring>{_text(error.detail)}</faultstring>"
        + (f"<detail>{detail}</detail>" if detail else "")
        + "</soap:Fault>"
    )


def _fault12(error: Refusal, detail: str) -> str:
    """SOAP 1.2 §5.4."""
    return (
        f"<soap:Fault><soap:Code><soap:Value>soap:{error.fault.soap12}</soap:Value></soap:Code><soap:Reason>"
        f'<soap:Text xml:lang="en">{_text(error.detail)}</soap:Text></soap:Reason>'
        + (f"<soap:Detail>{detail}</soap:Detail>" if detail else "")
        + "</soap:Fault>"
    )


def _detail(error: Refusal, namespace: str) -> str:
    return (
        f'<EventRejected xmlns="{_text(namespace)}"><code>{error.reason}</code><message>{_text(error.detail)}</message>'
        + "".join(map(_violation, error.violations))
        + "</EventRejected>"
    )


def _violation(one: Violation) -> str:
    return f"<violation><path>{_text(one.path)}</path><message>{_text(one.message)}</message></violation>"


def _text(text: str) -> str:
    """`text` as XML text: escaped, bounded, without what XML forbids."""
    return escape(_FORBIDDEN.sub("�", text[:_LONGEST]), {'"': "&quot;"})

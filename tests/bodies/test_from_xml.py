"""Plain XML: the root is the event, its children the fields; which names and namespaces count is the reading's."""

from __future__ import annotations

import pytest

from gateway.errors import ContractViolation, Malformed, TooLarge, UnknownOperation, UnsupportedMedia
from gateway.model.field_reading import Reading
from gateway.model.json_text import MAX_DEPTH, MAX_VALUES
from tests.bindings.test_http import LENIENT, STRICT, TWO, a_binding, sent
from tests.bodies import read, refused, violations
from tests.builders import NAMESPACE

XML = "application/xml"
ROOT = "must be one <callEnded>, in the contract's namespace or in none"


@pytest.mark.parametrize(
    "document",
    [
        f'<callEnded xmlns="{NAMESPACE}"><call_id>1</call_id></callEnded>',
        f'<c:callEnded xmlns:c="{NAMESPACE}"><c:call_id>1</c:call_id></c:callEnded>',
        f'<c:callEnded xmlns:c="{NAMESPACE}"><call_id>1</call_id></c:callEnded>',
        f'<callEnded><call_id xmlns="{NAMESPACE}">1</call_id></callEnded>',
        "<callEnded><call_id>1</call_id></callEnded>",
        '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<!-- a --><callEnded><call_id>1</call_id></callEnded><?b c?>\n',
        "\n\n<?xml version='1.0'?><callEnded><call_id>1</call_id></callEnded>",
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_the_event_is_in_the_contracts_namespace_or_in_none(document: str, reading: Reading) -> None:
    assert [{"call_id": "1"}] == read(sent(document, XML), reading)


@pytest.mark.parametrize(
    "document",
    [
        '<callEnded xmlns="urn:other"><call_id>1</call_id></callEnded>',
        '<o:callEnded xmlns:o="urn:other"><call_id>1</call_id></o:callEnded>',
        "<callended><call_id>1</call_id></callended>",
        "<submitCallEnded><call_id>1</call_id></submitCallEnded>",
        "<other><call_id>1</call_id></other>",
    ],
)
def test_a_root_of_another_name_or_namespace_is_taken_leniently_where_the_path_names_the_event(document: str) -> None:
    assert [{"call_id": "1"}] == read(sent(document, XML, event="call-ended"))


@pytest.mark.parametrize("event", [None, "call-ended"])
@pytest.mark.parametrize(
    "document",
    [
        '<o:callEnded xmlns:o="urn:other"><call_id>1</call_id></o:callEnded>',
        "<callended><call_id>1</call_id></callended>",
        "<call.ended><call_id>1</call_id></call.ended>",
        "<other><call_id>1</call_id></other>",
    ],
)
def test_a_strict_reading_takes_the_events_own_element_only(document: str, event: str | None) -> None:
    assert [("", ROOT)] == violations(refused(sent(document, XML, event=event), ContractViolation, STRICT))


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ("callEnded", "call.ended"),
        ("CALL_STARTED", "call.started"),
        ("call.started", "call.started"),
        ("postCall", "call.ended"),
    ],
)
def test_the_root_names_the_event_where_the_path_names_none(root: str, expected: str) -> None:
    request = sent(f"<{root}><call_id>1</call_id></{root}>", XML)
    assert [expected] == [message.event.name for message in a_binding(contract=TWO).read(request)]


def test_the_path_outranks_the_root() -> None:
    request = sent("<callStarted><call_id>1</call_id></callStarted>", XML, event="call-ended")
    assert ["call.ended"] == [message.event.name for message in a_binding(contract=TWO).read(request)]


def test_a_root_that_names_no_event_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownOperation) as error:
        a_binding(contract=TWO).read(sent("<other><call_id>1</call_id></other>", XML))
    assert "no event 'other'; /in/pbx/<event> takes: call-ended, call-started" == error.value.detail


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (
            "<!DOCTYPE callEnded><callEnded><call_id>1</call_id></callEnded>",
            "the document has a DOCTYPE; none is taken",
        ),
        ('<!DOCTYPE a [<!ENTITY b "1">]><callEnded><call_id>&b;</call_id></callEnded>', "the document has a DOCTYPE"),
        ("<callEnded><call_id>1</call_id>", "the body is not well-formed XML"),
        ("<callEnded><call_id>1</callEnded>", "the body is not well-formed XML"),
        ("<callEnded/><callEnded/>", "the body is not well-formed XML"),
        ("<callEnded>&nbsp;</callEnded>", "the body is not well-formed XML"),
        ("<a:callEnded/>", "the body is not well-formed XML"),
        ("<Envelope/>", "the body is a SOAP envelope; send it as text/xml or application/soap+xml"),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_what_is_no_plain_document_is_malformed(document: str, why: str, reading: Reading) -> None:
    assert refused(sent(document, XML), Malformed, reading).detail.startswith(why)


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_what_passes_a_limit_is_too_large(reading: Reading) -> None:
    deep = "<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH
    many = f"<callEnded>{'<tags>a</tags>' * (MAX_VALUES + 1)}</callEnded>"
    assert (
        f"nested deeper than {MAX_DEPTH}"
        in refused(sent(f"<callEnded>{deep}</callEnded>", XML), TooLarge, reading).detail
    )
    assert f"more than {MAX_VALUES} values" in refused(sent(many, XML), TooLarge, reading).detail


def test_what_reaches_a_limit_is_taken() -> None:
    deep = "<a>" * (MAX_DEPTH - 1) + "</a>" * (MAX_DEPTH - 1)
    assert "a" in read(sent(f"<callEnded><call_id>1</call_id>{deep}</callEnded>", XML))[0]["extra"]
    many = f"<callEnded><call_id>1</call_id>{'<tags>a</tags>' * (MAX_VALUES - 1)}</callEnded>"
    assert MAX_VALUES - 1 == len(read(sent(many, XML), STRICT)[0]["tags"])


@pytest.mark.parametrize(
    ("content_type", "declared", "encoding"),
    [
        (XML, "", "utf-8"),
        (XML, "", "utf-8-sig"),
        (XML, "", "utf-16"),
        (XML, "UTF-16", "utf-16"),
        (XML, "", "utf-16-le"),
        (XML, "iso-8859-1", "latin-1"),
        (XML, "windows-1252", "cp1252"),
        (f"{XML}; charset=iso-8859-1", "utf-8", "latin-1"),
        (f"{XML}; charset=utf-8", "iso-8859-1", "utf-8"),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_a_document_is_in_the_charset_that_its_mark_its_header_or_it_itself_says(
    content_type: str, declared: str, encoding: str, reading: Reading
) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    request = sent(f"{declaration}<callEnded><call_id>Zoë</call_id></callEnded>".encode(encoding), content_type)
    assert [{"call_id": "Zoë"}] == read(request, reading)
    assert [] == request.notes


def test_a_document_that_can_be_read_and_says_it_is_utf_16_is_utf_8_and_its_sender_is_told() -> None:
    request = sent('<?xml version="1.0" encoding="utf-16"?><callEnded><call_id>ë</call_id></callEnded>', XML)
    assert [{"call_id": "ë"}] == read(request, STRICT)
    assert ["the XML says that it is utf-16; it was read as UTF-8"] == request.notes


@pytest.mark.parametrize("content_type", [XML, f"{XML}; charset=klingon"])
def test_a_charset_that_we_do_not_read_is_unsupported(content_type: str) -> None:
    document = '<?xml version="1.0" encoding="klingon"?><callEnded><call_id>1</call_id></callEnded>'
    assert "the charset 'klingon' is not one we read" in refused(sent(document, content_type), UnsupportedMedia).detail


def test_bytes_that_are_not_in_their_charset_are_malformed() -> None:
    refused(sent(b"<callEnded><call_id>Zo\xeb</call_id></callEnded>", XML), Malformed)

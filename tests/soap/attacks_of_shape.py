"""Shapes that strangers give their XML to bring an endpoint down, and the reason each is refused for."""

from __future__ import annotations

from tests.soap.attacks import Attack
from tests.soap.calling import MINIMAL, a_call, an_envelope, submitted


def _numbered(form: str, count: int) -> str:
    return "".join(form.format(number) for number in range(count))


def _nested(depth: int) -> str:
    return an_envelope(f"<submitCallEnded>{'<a>' * depth}{'</a>' * depth}</submitCallEnded>")


def _declared(count: int, children: str = "") -> str:
    """So many namespace declarations on the Envelope."""
    declarations = "".join(f' xmlns:n{number}="u:{number}"' for number in range(count))
    return an_envelope(submitted(MINIMAL + children), attributes=declarations)


def _attributes(element: str) -> str:
    many = "".join(f' a{number}="1"' for number in range(100_000))
    return a_call().replace(f"<{element}", f"<{element}{many}", 1)


def _far(element: str, declaration: str = 'xmlns:p="urn:{}"') -> str:
    """Elements whose qualified name is long, though each is short as it is sent."""
    return an_envelope(submitted(MINIMAL + element * 1_000), attributes=" " + declaration.format("n" * 100_000))


def _far_attributes(count: int, length: int) -> str:
    many = _numbered(" p:a{0}='1'", count)
    return an_envelope(submitted(f"<call_id{many}>1</call_id>"), attributes=f' xmlns:p="urn:{"n" * length}"')


def _far_types(count: int, length: int) -> str:
    typed = '<tags xsi:type="p:a">1</tags>' * count
    return an_envelope(submitted(MINIMAL + typed), attributes=f' xmlns:p="urn:{"n" * length}"')


def _headed(blocks: str) -> str:
    return an_envelope(submitted(), header=f"<s:Header>{blocks}</s:Header>")


_TYPED = '<tags xsi:type="xsd:string">a</tags>' * 9_990
_STRANGE = "".join(f' a{number}=""' for number in range(10))
SHAPES = [
    Attack("nested 65 deep", "too_large", lambda: _nested(65)),
    Attack("nested 1,000 deep", "too_large", lambda: _nested(1_000)),
    Attack("nested 100,000 deep", "too_large", lambda: _nested(100_000)),
    Attack("100,000 attributes of the Envelope", "", lambda: _attributes("s:Envelope")),
    Attack("100,000 attributes of a value", "too_large", lambda: _attributes("call_id")),
    Attack("100,000 attributes of a value, leniently", "too_large", lambda: _attributes("call_id"), "lenient"),
    Attack("60,000 namespaces", "", lambda: _declared(60_000)),
    Attack("175,000 namespaces", "", lambda: _declared(175_000)),
    Attack("20,000 namespaces, 9,990 typed values", "too_large", lambda: _declared(20_000, _TYPED)),
    Attack("60,000 namespaces, 9,990 typed values", "too_large", lambda: _declared(60_000, _TYPED)),
    Attack("60,000 namespaces, 9,990 typed values, leniently", "", lambda: _declared(60_000, _TYPED), "lenient"),
    Attack("28 namespaces, 9,990 typed values", "", lambda: _declared(25, _TYPED)),
    Attack("an operation of 49 kB's name", "unknown_operation", lambda: an_envelope(f"<{'t' * 49_000}/>")),
    Attack("a document of 49 kB's name", "malformed", lambda: f"<{'t' * 49_000}/>"),
    Attack(
        "an attribute of 49 kB's name", "contract_violation", lambda: a_call(f"<call_id {'t' * 49_000}=''>1</call_id>")
    ),
    Attack(
        "a header of 49 kB's name",
        "not_understood",
        lambda: _headed(f'<{"t" * 49_000} s:mustUnderstand="1"/>'),
    ),
    Attack("a tag of 900 kB", "malformed", lambda: a_call(f"{MINIMAL}<{'t' * 900_000}/>")),
    Attack("an attribute's name of 900 kB", "malformed", lambda: a_call(f"{MINIMAL}<tags {'t' * 900_000}='1'/>")),
    Attack("an operation's namespace of 900 kB", "too_large", lambda: an_envelope(f"<a xmlns='{'t' * 900_000}'/>")),
    Attack("1,000 elements of a namespace of 100 kB", "too_large", lambda: _far("<p:a/>")),
    Attack("1,000 attributes of a namespace of 100 kB", "too_large", lambda: _far("<tags p:a=''/>")),
    Attack("1,000 attributes of it, leniently", "too_large", lambda: _far("<tags p:a=''/>"), "lenient"),
    Attack("a long namespace in other quotes", "too_large", lambda: _far("<p:a/>", "xmlns:p \n=\t'{}'")),
    Attack("a long namespace after many blanks", "too_large", lambda: _far("<p:a/>", f'xmlns:p{" " * 900}="{{}}"')),
    Attack(
        "a long namespace of a long prefix",
        "too_large",
        lambda: _far(f"<{'p' * 200}:a/>", f'xmlns:{"p" * 200}="{{}}"'),
    ),
    Attack("12,000 attributes of a namespace of 40 kB", "too_large", lambda: _far_attributes(12_000, 40_000)),
    Attack("9,990 types of a namespace of 3.5 MB", "too_large", lambda: _far_types(9_990, 3_500_000)),
    Attack("110,000 strange elements", "too_large", lambda: a_call(MINIMAL + "<strange/>" * 110_000)),
    Attack("10^6 strange elements", "too_large", lambda: a_call(MINIMAL + "<a/>" * 1_000_000)),
    Attack("110,000 elements beside the call", "too_large", lambda: an_envelope(submitted() + "<strange/>" * 110_000)),
    Attack("110,000 header blocks", "too_large", lambda: _headed("<h/>" * 110_000)),
    Attack("10^6 header blocks", "too_large", lambda: _headed("<h/>" * 1_000_000)),
    Attack("9,990 strange names", "contract_violation", lambda: a_call(MINIMAL + _numbered("<a{0}/>", 9_990))),
    Attack("10^5 violations", "contract_violation", lambda: a_call(MINIMAL + f"<tags{_STRANGE}/>" * 9_990)),
    Attack(
        "violations in each of 3,000 objects",
        "contract_violation",
        lambda: a_call(MINIMAL + '<segments a="" b="">x<x/>x<skills/>x</segments>' * 3_000),
    ),
    Attack("blanks between the elements", "", lambda: a_call(MINIMAL + " " * 4_000_000)),
    Attack("comments between the elements", "", lambda: a_call(MINIMAL + f"<!--{'x' * 20}-->" * 150_000)),
    Attack("processing instructions between the elements", "", lambda: a_call(MINIMAL + f"<?a {'x' * 20}?>" * 150_000)),
]


def _referring(elements: str, targets: str) -> str:
    return an_envelope(f"<submitCallEnded>{MINIMAL}{elements}</submitCallEnded>{targets}")


def _doubled(levels: int) -> str:
    """Each target refers twice to the next."""
    targets = "".join(f'<m id="r{at}"><a href="#r{at + 1}"/><b href="#r{at + 1}"/></m>' for at in range(levels))
    return _referring('<x href="#r0"/>', f'{targets}<m id="r{levels}">1</m>')


REFERENCES = [
    Attack("references that double 40 times", "too_large", lambda: _doubled(40), "lenient"),
    Attack(
        "a target that refers to itself",
        "too_large",
        lambda: _referring('<x href="#a"/>', '<m id="a"><b href="#a"/></m>'),
        "lenient",
    ),
    Attack(
        "9,000 references to one long text",
        "too_large",
        lambda: _referring(_numbered('<x{0} href="#t"/>', 9_000), f'<m id="t">{"y" * 20_000}</m>'),
        "lenient",
    ),
    Attack(
        "4,000 references to what holds one long text",
        "too_large",
        lambda: _referring(_numbered('<x{0} href="#t"/>', 4_000), f'<m id="t"><a>{"y" * 20_000}</a></m>'),
        "lenient",
    ),
    Attack(
        "60 references to one target of 200 values",
        "too_large",
        lambda: _referring(_numbered('<x{0} href="#t"/>', 60), f'<m id="t">{_numbered("<p{0}>1</p{0}>", 200)}</m>'),
        "lenient",
    ),
    Attack(
        "110,000 targets",
        "too_large",
        lambda: _referring('<x href="#1"/>', _numbered('<m id="{0}">1</m>', 110_000)),
        "lenient",
    ),
]

"""Elements as they were sent: what says nothing about a value changes nothing about it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some
from lxml import etree

from gateway.soap.document import Element
from gateway.soap.sent import XSI, Sent

_NAMES = some.sampled_from(["a", "b", "{urn:x}a"])
_ATTRIBUTES = some.dictionaries(some.sampled_from([f"{XSI}nil", "other"]), some.sampled_from(["true", "0"]), max_size=2)


def _element(name: str, attributes: dict[str, str], inside: str | list[Element]) -> Element:
    made = etree.Element(name, attributes)
    if isinstance(inside, str):
        made.text = inside
    else:
        made.extend(inside)
    return made


_LEAVES = some.builds(_element, _NAMES, _ATTRIBUTES, some.text("xy ", max_size=3))
_TREES = some.recursive(
    _LEAVES, lambda inner: some.builds(_element, _NAMES, _ATTRIBUTES, some.lists(inner, max_size=3)), max_leaves=12
)


@given(holder=some.builds(_element, _NAMES, some.just({}), some.lists(_TREES, max_size=4)))
def test_a_type_that_an_element_says_changes_nothing(holder: Element) -> None:
    plain = Sent(None)
    expected = plain.pairs(holder, None)
    for element in holder.iterdescendants():
        element.set(f"{XSI}type", "xsd:string")
    typed = Sent(None)
    assert expected == typed.pairs(holder, None)
    assert (plain.attributes, []) == (typed.attributes, typed.violations)

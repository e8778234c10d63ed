"""SOAP's own encoding (SOAP 1.1 §5, SOAP 1.2 Part 2 §3): arrays, and values that stand beside the call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.errors import Malformed, TooLarge
from gateway.soap.document import Element

_ARRAYS = frozenset(
    {
        "{http://schemas.xmlsoap.org/soap/encoding/}arrayType",
        "{http://www.w3.org/2003/05/soap-encoding}itemType",
        "{http://www.w3.org/2003/05/soap-encoding}arraySize",
    }
)
_REFERENCES = ("href", "{http://www.w3.org/2003/05/soap-encoding}ref")
_IDS = ("id", "{http://www.w3.org/2003/05/soap-encoding}id")
_MOST_STEPS = 64
_MOST_TEXT = 16 * 2**20


def is_array(attributes: Iterable[str | bytes]) -> bool:
    """Whether an element with these attributes is an array, its elements the items."""
    return not _ARRAYS.isdisjoint(attributes)


class References:
    """The elements beside a call in its Body, by their ids. One message's: it remembers which were referred to."""

    def __init__(self, elements: Sequence[Element] = ()) -> None:
        self._targets: dict[str, Element] = {}
        self._used: set[str] = set()
        self._text = 0
        for element in elements:
            name = _said(element, _IDS)
            if not name or name in self._targets:
                raise Malformed(
                    f"the Body has {len(elements) + 1} elements; one, the operation's, is expected,"
                    " and others only with an id each that it refers to"
                )
            self._targets[name] = element

    def followed(self, element: Element) -> Element:
        """What `element` refers to, or itself. Raises Malformed, TooLarge."""
        if not self._targets:
            return element
        for _ in range(_MOST_STEPS):
            said = _said(element, _REFERENCES)
            if not said:
                return element
            name = said.removeprefix("#")
            if name not in self._targets:
                raise Malformed(f"{said[:80]} refers to nothing in the Body")
            element = self._targets[name]
            self._used.add(name)
        raise TooLarge("references refer to one another in a circle")

    def count(self, text: str) -> None:
        """Count a value of the message. Raises TooLarge: many may refer to one long text."""
        self._text += len(text) if self._targets else 0
        if self._text > _MOST_TEXT:
            raise TooLarge(f"the message has more than {_MOST_TEXT} characters once its references are followed")

    def check_used(self) -> None:
        """Raises Malformed where something stands beside the call to which nothing refers: it may be another call."""
        left = self._targets.keys() - self._used
        if left:
            raise Malformed(f"nothing refers to the element with the id {min(left)[:80]!r}, beside the call")


def _said(element: Element, names: Sequence[str]) -> str:
    return next((element.get(name, "") for name in names if element.get(name)), "")

"""One simple type for all fields that are bounded alike: Spyne declares one for each field of each event."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

XSD = "http://www.w3.org/2001/XMLSchema"
_SHORT = {
    "minLength": "Min", "maxLength": "Max", "minInclusive": "From", "maxInclusive": "To", "totalDigits": "Digits",
    "fractionDigits": "Fraction",
}  # fmt: skip
"""What a name is made of. Types with other facets, such as enumerations, keep their own."""

Element = etree._Element  # noqa: SLF001 - lxml has no other name for it


def merged(declared: Sequence[Element]) -> list[Element]:
    """`declared` with each simple type that says the same only once, named by what it says; references follow."""
    taken = {one.get("name", "") for one in declared}
    kept: list[Element] = []
    written: set[str] = set()
    renamed: dict[str, str] = {}
    for one in declared:
        name = one.get("name", "")
        said = _said(one)
        if said is None or said in taken:
            kept.append(one)
            continue
        if said not in written:
            kept.append(one)
            written.add(said)
        renamed[f"tns:{name}"] = f"tns:{said}"
        one.set("name", said)
    for one in kept:
        for part in one.iter(f"{{{XSD}}}element"):
            part.set("type", renamed.get(part.get("type", ""), part.get("type", "")))
    return kept


def _said(declared: Element) -> str | None:
    """`StringMax64`, of a type that is a base and some bounds; None of any other."""
    restriction = declared.find(f"{{{XSD}}}restriction")
    if declared.tag != f"{{{XSD}}}simpleType" or restriction is None:
        return None
    base = restriction.get("base", "").rpartition(":")[2]
    facets = [(etree.QName(facet).localname, facet.get("value", "")) for facet in restriction]
    if any(name not in _SHORT for name, _ in facets):
        return None
    # A type's name has neither minus nor point (for the generated class), so they are spelled.
    values = (_SHORT[name] + value.replace("-", "Minus").replace(".", "Point") for name, value in facets)
    return base[0].upper() + base[1:] + "".join(values)

"""What somebody may have meant: the nearest of the names there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MOST = 40
"""Names in one line."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that looks most like `name`, however it is spelt; None where none does.

    >>> nearest("maxBody", ["max_body", "rate"])
    'max_body'
    >>> nearest("max_body", ["kind", "rate"]) is None
    True
    """
    folded = {_folded(one): one for one in sorted(known, reverse=True)}
    found = difflib.get_close_matches(_folded(name), folded, 1, cutoff=0.6)
    return folded[found[0]] if found else None


def hint(name: str, known: Iterable[str]) -> str:
    """What to do about a `name` that is none of `known`.

    >>> hint("cmr", ["crm", "erp"])
    "did you mean 'crm'?"
    >>> hint("x", ["crm", "erp"]), hint("x", [])
    ('there are: crm, erp', 'there are: none')
    """
    there = sorted(known)
    found = nearest(name, there)
    if found is not None:
        return f"did you mean {found!r}?"
    more = f" and {len(there) - _MOST} more" if len(there) > _MOST else ""
    return f"there are: {', '.join(there[:_MOST]) or 'none'}{more}"


def tag_hint(name: str, known: Iterable[str]) -> str:
    """The same of a tag.

    >>> tag_hint("callid", ["call_id"])
    'did you mean #call_id#?'
    """
    there = sorted(known)
    found = nearest(name, there)
    return hint(name, there) if found is None else f"did you mean #{found}#?"


def _folded(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(".", "")

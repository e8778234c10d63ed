"""JSON Pointer (RFC 6901 §3): how a place in an event's data is named."""

from __future__ import annotations


def pointer(name: str) -> str:
    """The pointer to the member `name` of an object.

    >>> pointer("a/b")
    '/a~1b'
    """
    return "/" + name.replace("~", "~0").replace("/", "~1")

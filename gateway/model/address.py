"""What the path of a call names: `/in/<source>[/v<N>][/<event>]`."""

from __future__ import annotations

import re
from posixpath import normpath

PREFIX = "/in/"
_PATH = re.compile(r"/in/([^/]+)(?:/v(\d+))?(?:/(.+?))?/?")


def address_in(path: str) -> tuple[str, str | None, str | None]:
    """The source, version and event that `path` names; a path of another form names a source that nobody has.

    >>> address_in("/in/pbx/v1/call-ended")
    ('pbx', '1', 'call-ended')
    """
    # Never a redirect: most senders count one as a failure.
    match = _PATH.fullmatch(normpath(path) if "//" in path or "/." in path else path)
    if match is None:
        return path.removeprefix(PREFIX), None, None
    source, version, event = match.groups()
    return source, version, event

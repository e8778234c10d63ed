"""What the gateway answered to a post, in whichever dialect."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from xml.sax.saxutils import unescape

from gateway.simulator.calls import Call
from gateway.simulator.posts import Post

ACCEPTED, DUPLICATE, QUARANTINED, REFUSED, UNANSWERED = "accepted", "duplicate", "quarantined", "refused", "no answer"
STATES = (ACCEPTED, DUPLICATE, QUARANTINED, REFUSED, UNANSWERED)
_TOLD = 300
_WORD = re.compile(rf">({ACCEPTED}|{DUPLICATE}|{QUARANTINED})<")


@dataclass(frozen=True, slots=True)
class Answer:
    """One post, and what came of it."""

    call: Call
    post: Post
    seconds: float
    status: int | None
    """None where nothing answered."""
    state: str
    request_id: str = ""
    event_id: str = ""
    detail: str = ""
    """Why it was refused, or why nothing answered."""


def answer_of(call: Call, post: Post, seconds: float, status: int, text: str, event_id: str = "") -> Answer:
    """The answer that `text` is: a receipt, as JSON or in a SOAP envelope, or a refusal.

    `event_id` is what a header says: old SOAP callers are answered one word.
    """
    said = {"eventId": event_id} | _members(text)
    is_taken = status < 300 and said.get("status") in STATES  # noqa: PLR2004
    return Answer(
        call, post, seconds, status,
        state=said["status"] if is_taken else REFUSED,
        request_id=said.get("requestId", ""),
        event_id=said["eventId"] if is_taken else "",
        detail="" if is_taken else f"HTTP {status}: {' '.join(said.get('detail', text[:_TOLD]).split())}",
    )  # fmt: skip


def no_answer(call: Call, post: Post, seconds: float, error: BaseException) -> Answer:
    """Nothing answered."""
    return Answer(call, post, seconds, None, UNANSWERED, detail=str(error) or type(error).__name__)


def percentile(seconds: Iterable[float], share: float) -> float:
    """The smallest of `seconds` that `share` of them does not exceed; 0 where there are none."""
    ordered = sorted(seconds)
    return ordered[max(0, ceil(len(ordered) * share) - 1)] if ordered else 0.0


def counted(answers: Iterable[Answer]) -> Counter[str]:
    """How many came to which state."""
    return Counter(answer.state for answer in answers)


def _members(text: str) -> dict[str, str]:
    """The members of a receipt or a problem. Of XML the elements of those names are enough, wherever they stand."""
    if text.lstrip().startswith("<"):
        said = dict(re.findall(r"<(?:\w+:)?(requestId|eventId|status|faultstring)>([^<]*)</", text))
        word = _WORD.search(text)
        if word and "status" not in said:
            said["status"] = word[1]
        return said | {"detail": unescape(said["faultstring"])} if "faultstring" in said else said
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return {name: str(value) for name, value in read.items()} if isinstance(read, dict) else {}

"""[joins.<name>]: events that belong together."""

from __future__ import annotations

from tests.configured import ANYBODY, JOURNAL, TO_CRM
from tests.mistakes import HERE, Mistake


def at_join(line: str, *, key: str = 'key = "#call_id#"\n', emits: str = 'emits = "call.whole"\n') -> str:
    return f"{ANYBODY}{JOURNAL}{TO_CRM}[joins.calls]\n{key}{emits}{line} {HERE}\n"


def at_field(line: str) -> str:
    return at_join(f"[joins.calls.fields]\n{line}")


MISTAKES = [
    Mistake("no type", f'{ANYBODY}{JOURNAL}{TO_CRM}[joins.calls] {HERE}\nkey = "#call_id#"\n',
            "joins.calls.emits", "is required", "The type of the event that is made"),
    Mistake("a key without a tag", at_join('key = "call_id"', key=""),
            "joins.calls.key", "must have a tag", "such as '#call_id#'"),
    Mistake("a key that no event has", at_join('key = "#cal_id#"', key=""),
            "joins.calls.key", "#cal_id#", "did you mean #call_id#?"),
    Mistake("an end that is no condition", at_join('until = "event.type = x"'),
            "joins.calls.until", "is no condition", "equal is =="),
    Mistake("a time without its unit", at_join("settle = 120"),
            "joins.calls.settle", "must be text with a unit", "'30s'"),
    Mistake("a source that a join does not get", at_join('from = "pxb"'),
            "joins.calls.from", "no source 'pxb'", "did you mean 'pbx'?"),
    Mistake("a setting of a join that is misspelt", at_join('longst = "4h"'),
            "joins.calls.longst", "no such setting", "did you mean 'longest'?"),
    Mistake("a field that no event has", at_field('who = "#agentid#"'),
            "joins.calls.fields.who", "#agentid#", "there are: call_id, call_start"),
    Mistake("a field of the join's own", at_field('version = "#call_id#"'),
            "joins.calls.fields.version", "is the join's own", "take another name"),
    Mistake("a list without its items' fields", at_field('legs = { each = "agent.segment.ended" }'),
            "joins.calls.fields.legs.fields", "is required", "What an item says"),
    Mistake("first or last of neither", at_field('began = { value = "#call_start#", take = "earliest" }'),
            "joins.calls.fields.began.take", "no 'earliest'; there are: first, last", "Of several events that have it"),
    Mistake("a look at another event by nothing", at_field(
                'legs = { each = "agent.segment.ended", fields = { q = { value = "#queue_name#", of = "call.ended" } } }'
            ),
            "joins.calls.fields.legs.fields.q.on", "is required", "the same in both events"),
]  # fmt: skip

"""contract.toml: which events a source may send."""

from __future__ import annotations

from tests.configured import ANYBODY, JOURNAL, TO_CRM
from tests.mistakes import HERE, Mistake, a_contract

SOURCE = ANYBODY + JOURNAL + TO_CRM
ENDED = '[events."call.ended".fields]\ncall_id = { type = "string" }\n'


def of(name: str, contract: str, place: str, reason: str, next_step: str, problems: int = 1) -> Mistake:
    return Mistake(name, SOURCE, f"contract.toml: {place}", reason, next_step, a_contract(contract), problems)


MISTAKES = [
    of("a type that there is not", f'{ENDED}duration = {{ type = "int" }} {HERE}\n',
       "events.call.ended.fields.duration.type", "no type 'int'", "did you mean 'integer'?"),
    of("a type of our own that is misspelt", f'{ENDED}leg = {{ type = "segmnt" }} {HERE}\n[types.segment.fields]\nid = {{ type = "string" }}\n',
       "events.call.ended.fields.leg.type", "no type 'segmnt'", "did you mean 'segment'?"),
    of("a field without a type", f"{ENDED}duration = {{ required = true }} {HERE}\n",
       "events.call.ended.fields.duration.type", "is required", "A word such as `string`"),
    of("a field that is no table", f'{ENDED}duration = "duration" {HERE}\n',
       "events.call.ended.fields.duration", "must be a table", "{ key = value }"),
    of("a facet that is misspelt", f'{ENDED}name = {{ type = "string", maxlength = 9 }} {HERE}\n',
       "events.call.ended.fields.name.maxlength", "no such setting", "did you mean 'max_length'?"),
    of("an event without fields", f'[events."call.ended"] {HERE}\nsubject = "x"\n',
       "events.call.ended.fields", "is required", "unless `shared` names fields"),
    of("an event's name without quotes", f'[events.call.ended.fields] {HERE}\ncall_id = {{ type = "string" }}\n',
       "events.call.ended", "no such setting", 'a name with dots stands in quotes: [table."such.name"]'),
    of("two events of one alias", f'{ENDED}[events."call.over"] {HERE}\naliases = ["call-ended"]\n[events."call.over".fields]\nid = {{ type = "string" }}\n',
       "events.call.over", "goes by the name 'call-ended', and so does call.ended", "give one of them another name"),
    of("two fields of one alias", f'{ENDED}id = {{ type = "string", aliases = ["callId"] }} {HERE}\n',
       "events.call.ended.fields.id", "goes by the name 'callId', and so does call_id", "give one of them another name"),
    of("a subject of no field", f'[events."call.ended"]\nsubject = "#callid#" {HERE}\n{ENDED}',
       "events.call.ended.subject", "#callid# is no field of this event", "did you mean #call_id#?"),
    of("a time that is text", f'[events."call.ended"]\ntime = "#call_id#" {HERE}\n{ENDED}',
       "events.call.ended.time", "#call_id# is no date-time", 'type = "date-time"'),
    of("a length of a number", f'{ENDED}n = {{ type = "integer", max_length = 9 }} {HERE}\n',
       "events.call.ended.fields.n.max_length", "does not apply to type integer", "it is for: string"),
    of("bounds that cross", f'{ENDED}n = {{ type = "integer", minimum = 9, maximum = 1 }} {HERE}\n',
       "events.call.ended.fields.n.minimum", "is greater than maximum", "change one of them"),
    of("a pattern that is none", f"{ENDED}n = {{ type = \"string\", pattern = '(a' }} {HERE}\n",
       "events.call.ended.fields.n.pattern", "is no regular expression", "position 0"),
    of("a pattern that is Perl's", f"{ENDED}n = {{ type = \"string\", pattern = '(?=a)b' }} {HERE}\n",
       "events.call.ended.fields.n.pattern", "is read differently by XML Schema and JSON Schema", "use literals, classes and repetition"),
    of("a negative length", f'{ENDED}n = {{ type = "string", max_length = -1 }} {HERE}\n',
       "events.call.ended.fields.n.max_length", "must be at least 0", "The most characters"),
    of("a name that means something else in tags", f'{ENDED}event = {{ type = "string" }} {HERE}\n',
       "events.call.ended.fields.event", "no field may be called event", "it means something else in tags"),
    of("a type that holds itself", f'{ENDED}leg = {{ type = "leg" }}\n[types.leg.fields] {HERE}\nnext = {{ type = "leg" }}\n',
       "types.leg", "holds itself, through next", "give that field another type"),
    of("a field with a dash", f'{ENDED}call-id2 = {{ type = "string" }} {HERE}\n',
       "events.call.ended.fields.call-id2", "a field's name is letters, digits and _", "an alias may be anything"),
    Mistake("a namespace that is no URI", SOURCE, "contract.toml: namespace", "must be an absolute URI", "such as 'urn:example:calls:v1'",
            {"contract.toml": f'name = "calls"\nnamespace = "calls" {HERE}\n' + ENDED}),
    Mistake("no events", SOURCE, "contract.toml: events", "is required", "The events it has",
            {"contract.toml": 'name = "calls"\nnamespace = "urn:example:calls:v1"\n'}),
    Mistake("a gateway.toml for a contract", SOURCE, "contract.toml: listen", "no such setting", "there are: doc, events, name, namespace, shared, types, version",
            {"contract.toml": f'listen = "127.0.0.1:8080" {HERE}\nname = "calls"\nnamespace = "urn:a:b"\n' + ENDED}),
]  # fmt: skip

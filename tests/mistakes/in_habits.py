"""[sources.<name>]: its preset, and what it says of its sender's habits."""

from __future__ import annotations

from tests.configured import ANYBODY, JOURNAL, TO_CRM
from tests.mistakes import HERE, Mistake, at_source, beside_the_preset

GUIDE = f'{ANYBODY}[sources.pbx.guide]\ntitle = "t"\nwhere = "w"\n'
SERVICE = '[[sources.pbx.guide.services]]\nevent = "call.ended"\nbind = "b"\nfields = ["call_id"]\n'
NEW_YORK = "time_zone = 'America/New_York'"
HAS_A_TAG = 'a body with tags, such as \'{"call_id": "#uii#"}\''


def derived(inside: str) -> str:
    return at_source(f"derive = {{ call_id = {{ {inside} }} }}")


def clock(start: str, pattern: str = "([0-9]{14})[0-9]{16}", zone: str = NEW_YORK, beside: str = "call_start") -> str:
    return at_source(f"clock = {{ from = '{start}', pattern = '{pattern}', {zone}, beside = '{beside}' }}")


def guided(service: str) -> str:
    return f"{GUIDE}{SERVICE}{service}{JOURNAL}{TO_CRM}"


MISTAKES = [
    Mistake("a preset that there is not", f'[sources.pbx]\npreset = "ringcxx" {HERE}\nauthenticate = {{ kind = "anonymous" }}\n',
            "sources.pbx.preset", "there is no preset 'ringcxx'", "did you mean 'ringcx'?"),
    Mistake("a preset that is no text", f'[sources.pbx]\npreset = 3 {HERE}\nauthenticate = {{ kind = "anonymous" }}\n',
            "sources.pbx.preset", "must be text, in quotes", "there are: ringcx"),
    Mistake("a contract that does not ship", ANYBODY.replace('contract.toml"', f'cals" {HERE}') + JOURNAL + TO_CRM,
            "sources.pbx.contract", "there is no contract of the gateway's own 'cals'", "did you mean 'calls'?"),
    Mistake("a contract without what the preset names", beside_the_preset('contract = "contract.toml"'),
            "sources.pbx.contract", "it lacks what preset 'ringcx' names in absent.agent_id, derive.call_id, derive.segment, guide.services",
            "leave it to the preset, or set absent, derive, guide here too"),
    Mistake("a wrong status beside a preset", beside_the_preset("accepted_status = 404"),
            "sources.pbx.accepted_status", "must be at most 203", "its default is 202"),
    Mistake("a misspelt key beside a preset", beside_the_preset('time_zon = "UTC"'),
            "sources.pbx.time_zon", "no such setting", "did you mean 'time_zone'?"),
    Mistake("an unknown field beside a preset", beside_the_preset("absent = { agentid = '0' }"),
            "sources.pbx.absent.agentid", "is no field of this source's events", "did you mean 'agent_id'?"),
    Mistake("nobody who may call beside a preset", f'[sources.pbx] {HERE}\npreset = "ringcx"\n',
            "sources.pbx.authenticate", "is required", "Nobody is let in by omission"),
    Mistake("an absent text of no field", at_source("absent = { callid = '0' }"),
            "sources.pbx.absent.callid", "is no field of this source's events", "did you mean 'call_id'?"),
    Mistake("an absent text that is no pattern", at_source("absent = '(0'"),
            "sources.pbx.absent: ", "is no regular expression: missing ): (0", "the whole of a text must match it"),
    Mistake("a number for an absent text", at_source("absent = { call_id = 0 }"),
            "sources.pbx.absent.call_id", "must be text, in quotes", "What a text is that says nothing"),
    Mistake("no field derived", at_source("derive = { callid = { from = '#queue_name#', pattern = '(a)' } }"),
            "sources.pbx.derive.callid", "is no field of this source's events", "did you mean 'call_id'?"),
    Mistake("derived from no field", derived("from = '#queuename#', pattern = '(a)'"),
            "sources.pbx.derive.call_id.from", "#queuename# is no field of this source's events", "did you mean #queue_name#?"),
    Mistake("derived from no tag", derived("from = 'queue_name', pattern = '(a)'"),
            "sources.pbx.derive.call_id.from", "has no #tag#", "name a field of the data so"),
    Mistake("derived from nothing", derived("pattern = '(a)'"),
            "sources.pbx.derive.call_id.from", "is required", "Tags of the data, such as `#recording_url#`"),
    Mistake("a pattern that takes nothing", derived("from = '#queue_name#', pattern = 'a'"),
            "sources.pbx.derive.call_id.pattern", "takes nothing out", "put what is wanted in round brackets"),
    Mistake("a pattern that is no regular expression", derived("from = '#queue_name#', pattern = '(a'"),
            "sources.pbx.derive.call_id.pattern", "is no regular expression: missing ): (a", "write one as RE2 has it"),
    Mistake("a pattern that looks ahead", derived("from = '#queue_name#', pattern = '(?=a)(b)'"),
            "sources.pbx.derive.call_id.pattern", "invalid perl operator: (?=", "without look-around"),
    Mistake("a second part that nothing took", derived(r"from = '#queue_name#', pattern = '(a)', to = '\2'"),
            "sources.pbx.derive.call_id.to", r"knows \1 alone", "the pattern's first part in round brackets"),
    Mistake("derived for an event that there is not", derived("from = '#queue_name#', pattern = '(a)', events = 'call.endd'"),
            "sources.pbx.derive.call_id.events", "the contract has no event 'call.endd'", "did you mean 'call.ended'?"),
    Mistake("the second of two ways", at_source("derive = { call_id = [{ from = '#queue_name#', pattern = '(a)' }, { from = '#queue_name#', pattern = 'a' }] }"),
            "sources.pbx.derive.call_id.1.pattern", "takes nothing out", "put what is wanted in round brackets"),
    Mistake("a way that is no table", at_source("derive = { call_id = '#queue_name#' }"),
            "sources.pbx.derive.call_id", "must be a list of tables, [{ key = value }]", "Fields that others tell"),
    Mistake("an unknown key of a way", derived("from = '#queue_name#', pattern = '(a)', field = 'x'"),
            "sources.pbx.derive.call_id.field", "no such setting", "there are: events, from, pattern, to"),
    Mistake("a clock of no field", clock("#callid#"),
            "sources.pbx.clock.from", "#callid# is no field of this source's events", "did you mean #call_id#?"),
    Mistake("a clock beside no time", clock("#call_id#", beside="queue_name"),
            "sources.pbx.clock.beside", "'queue_name' is no date-time field", "there are: call_start"),
    Mistake("a clock beside a misspelt field", clock("#call_id#", beside="callstart"),
            "sources.pbx.clock.beside", "'callstart' is no date-time field", "did you mean 'call_start'?"),
    Mistake("a clock's zone that is misspelt", clock("#call_id#", zone="time_zone = 'America/NewYork'"),
            "sources.pbx.clock.time_zone", "no time zone 'America/NewYork'", "did you mean 'America/New_York'?"),
    Mistake("a clock that takes nothing", clock("#call_id#", "[0-9]{14}"),
            "sources.pbx.clock.pattern", "takes nothing out", "put what is wanted in round brackets"),
    Mistake("inferred to be no event", at_source("infer = [{ event = 'call.endd' }]"),
            "sources.pbx.infer.0.event", "the contract has no event 'call.endd'", "did you mean 'call.ended'?"),
    Mistake("inferred by no field", at_source("infer = [{ event = 'call.ended', has = 'callid' }]"),
            "sources.pbx.infer.0.has", "'callid' is no field of call.ended", "did you mean 'call_id'?"),
    Mistake("inferred by a field of another event", at_source("infer = [{ event = 'call.ended', has = 'segment' }]"),
            "sources.pbx.infer.0.has", "'segment' is no field of call.ended", "there are: call_id, call_start, duration, queue_name"),
    Mistake("one inference in place of a list", at_source("infer = { event = 'call.ended' }"),
            "sources.pbx.infer", "must be a list of tables, [{ key = value }]", "Which event a call is that names none"),
    Mistake("a template that is no JSON", at_source("templates = ['{\"call_id\": \"#uii#\"']"),
            "sources.pbx.templates.0", "is no JSON: Expecting ',' delimiter", HAS_A_TAG),
    Mistake("a template without a tag", at_source("templates = ['{\"call_id\": 1}']"),
            "sources.pbx.templates.0", "has no #tag#", HAS_A_TAG),
    Mistake("a template that is a form", at_source("templates = 'call_id=#uii#'"),
            "sources.pbx.templates.0", "is neither a body nor the name of a file", "or a file of it: 'post-call.json'"),
    Mistake("a template's file that there is not", at_source("templates = 'posts/end.json'"),
            "sources.pbx.templates.0", "there is no file", "nor a folder"),
    Mistake("a template's file that is misspelt", at_source("templates = 'post-cal.json'"),
            "sources.pbx.templates.0", "there is no file", "did you mean post-call.json?", {"post-call.json": '{"a": "#uii#"}'}),
    Mistake("a template's file without a tag", at_source("templates = 'post-call.json'"),
            "sources.pbx.templates.0", "has no #tag#", HAS_A_TAG, {"post-call.json": "{}"}),
    Mistake("a word for quarantine", at_source("on_invalid = 'quarantined'"),
            "sources.pbx.on_invalid", "no 'quarantined'; there are: refuse, quarantine", "did you mean 'quarantine'?"),
    Mistake("another word for quarantine", at_source("on_invalid = 'keep'"),
            "sources.pbx.on_invalid", "no 'keep'; there are: refuse, quarantine", "kept whole and answered as accepted"),
    Mistake("an answer that there is not", at_source("soap_answer = 'string'"),
            "sources.pbx.soap_answer", "no 'string'; there are: receipt, text", "What SOAP callers are answered"),
    Mistake("every origin", at_source("origins = '*'"),
            "sources.pbx.origins", "must be a page's origin", "each is named: 'https://app.example.org'"),
    Mistake("a page for an origin", at_source("origins = ['https://app.example.org/script']"),
            "sources.pbx.origins.0", "must be a page's origin", "without a path"),
    Mistake("a guide without services", f"{GUIDE}{JOURNAL}{TO_CRM}".replace("guide]", f"guide] {HERE}"),
            "sources.pbx.guide.services", "is required", "What to enter, one for each event"),
    Mistake("a guide of no services", f"{GUIDE}services = [] {HERE}\n{JOURNAL}{TO_CRM}",
            "sources.pbx.guide.services", "must not be empty", "one for each event"),
    Mistake("a guide to an event that there is not", guided(SERVICE.replace('ended"', f'endd" {HERE}')),
            "sources.pbx.guide.services.1.event", "the contract has no event 'call.endd'", "did you mean 'call.ended'?"),
    Mistake("a guide to another event's path", guided(f"path = 'agent-segment-ended' {HERE}\n"),
            "sources.pbx.guide.services.0.path", "'agent-segment-ended' does not name call.ended", "there are: call-ended"),
    Mistake("half a row of a guide's form", f"{GUIDE}form = [['Active']] {HERE}\n{SERVICE}{JOURNAL}{TO_CRM}",
            "sources.pbx.guide.form.0.1", "is required", "each with what to enter"),
]  # fmt: skip

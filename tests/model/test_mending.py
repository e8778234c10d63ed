"""JSON that a sender broke, and when it is certain what it put in."""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.model.mending import LONGEST_MENDED, JsonTemplate, mended

TEMPLATE = '{"a": "#a#", "b": "#b#", "n": #n#}'
PARTS = (("{", '"a"', ":", '"'), ('"', ",", '"b"', ":", '"'), ('"', ",", '"n"', ":"), ("}",))
"""What stands around the tags of it; between two there may be blanks."""
BLANKS = r"[ \t\r\n]*"
SECONDS = 0.5


def body(a: str = "", b: str = "", n: str = "") -> str:
    return TEMPLATE.replace("#a#", a).replace("#b#", b).replace("#n#", n)


def read(text: str, template: str = TEMPLATE) -> object:
    found = mended(text, [JsonTemplate.of(template)])
    return None if found is None else json.loads(found)


def ways(text: str) -> list[list[str]]:
    """Every way to read `text` as the template, by trying all."""
    forms = [re.compile(BLANKS.join(map(re.escape, parts))) for parts in PARTS]
    forms[0], forms[-1] = re.compile(BLANKS + forms[0].pattern), re.compile(f"{forms[-1].pattern}(?={BLANKS}\\Z)")
    first = forms[0].match(text)
    found: list[tuple[list[str], int]] = [([], first.end())] if first else []
    for form in forms[1:]:
        found = [
            ([*values, text[end:start]], match.end())
            for values, end in found
            for start in range(end, len(text) + 1)
            if (match := form.match(text, start))
        ]
    return [values for values, _ in found]


@pytest.mark.parametrize(
    "value", ['a "quote"', "two\nlines", '"', '",', '", "c": "', '"}', "tab\t", "Zoë", '\\"" and "', " ", '{"b": 1}']
)
def test_what_was_put_in_is_read_as_it_was(value: str) -> None:
    assert {"a": value, "b": "x", "n": "7"} == read(body(value, "x", "7"))


@pytest.mark.parametrize("text", [body('"', '"', "1"), body('", "b": "', "", ""), body("x", '", "n": 1, "b": "', "2")])
def test_what_can_be_read_in_two_ways_is_left_as_it_is(text: str) -> None:
    assert (len(ways(text)) == 1) is (read(text) is not None)


FRAGMENTS = st.sampled_from([*{part for parts in PARTS for part in parts}, " ", "\n", "x", '", "b": "', '", "n":'])


@given(st.lists(FRAGMENTS, max_size=12), st.lists(FRAGMENTS, max_size=8), st.lists(FRAGMENTS, max_size=6))
@example(['", "b": "'], [], [])
@example([], ['", "n":'], [])
def test_it_is_mended_exactly_where_there_is_one_way(a: list[str], b: list[str], n: list[str]) -> None:
    text = body("".join(a), "".join(b), "".join(n))
    found = ways(text)
    expected = dict(zip("abn", (*found[0][:2], found[0][2].strip()), strict=True)) if len(found) == 1 else None
    assert expected == read(text)


@given(st.lists(FRAGMENTS, max_size=24))
def test_what_is_not_of_the_template_is_never_made_to_be(fragments: list[str]) -> None:
    text = "".join(fragments)
    assert (len(ways(text)) == 1) is (read(text) is not None)


def test_blanks_between_signs_do_not_matter_and_words_stay_whole() -> None:
    template = '{"a":"#a#","ok":true,"b":#b#}'
    assert {"a": '"', "ok": True, "b": "1"} == read(' {\n "a" : """ , "ok" : true, "b" : 1 }\n', template)
    assert read('{"a":"""," o k":true,"b":1}', template) is None
    assert read('{"a":""","ok":tr ue,"b":1}', template) is None


def test_text_around_a_tag_in_its_string_stands_as_it_is() -> None:
    template = '{"url": "https://crm/#a#?x= #b# ", "c": "#c#"}'
    assert {"url": 'https://crm/"?x= 2 ', "c": ""} == read('{"url": "https://crm/"?x= 2 ", "c": ""}', template)
    assert read('{"url": "https://crm/"?x=2 ", "c": ""}', template) is None


def test_two_templates_that_read_it_apart_mend_nothing() -> None:
    both = [JsonTemplate.of('{"a": "#a#", "b": "#b#"}'), JsonTemplate.of('{"a": "#a#"}')]
    assert mended('{"a": "x", "b": "y"z"}', both) is None
    assert mended('{"a": "x"z"}', both) == '{"a": "x\\"z"}'


@pytest.mark.parametrize("value", ["C:\\temp\nx", 'say \\"no\\"\n', "\\u0041\n"])
def test_what_may_have_been_escaped_is_not_escaped_again(value: str) -> None:
    assert read(body(value, "x", "1")) is None


@pytest.mark.parametrize("text", ["", "no tag", '{"a": 1}', '{"a": "#a#"', "{#a#: 1", '{"a": "#a#"} x'])
def test_what_is_no_template_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"has no #tag#|is no JSON"):
        JsonTemplate.of(text)


def attack(filler: str, template: str = TEMPLATE, tag: str = "#a#") -> str:
    """A body of the template as long as is looked into, of which one value is made of `filler`."""
    room = LONGEST_MENDED - len(template)
    return re.sub(r"#\w+#", "", template.replace(tag, filler * (room // len(filler)), 1))


MANY = "{" + ",".join(f'"f{n}": "#f{n}#"' for n in range(200)) + "}"
ALIKE = '{"f": "' + " ".join(f"#f{n}#" for n in range(200)) + '"}'
BARE = '{"f": [' + ",".join(f"#f{n}#" for n in range(200)) + "]}"


@pytest.mark.parametrize(
    ("template", "filler"),
    [
        *(
            (TEMPLATE, one)
            for one in ('"', '" ', '"\n', '", ', '"}', '"} ', " ", '", "b": "', '", "b": "", "n":', "\\")
        ),
        *((MANY, one) for one in ("x", '"', '","f7": "', "".join(f'","f{n}": "' for n in range(200)))),
        *((ALIKE, one) for one in (" ", '"', "x ")),
        *((BARE, one) for one in (",", ", ", "[", "]")),
    ],
)
def test_no_body_takes_long(template: str, filler: str) -> None:
    text, tag = attack(filler, template, "#a#" if template is TEMPLATE else "#f3#"), JsonTemplate.of(template)
    started = time.process_time()
    mended(text, [tag])
    assert time.process_time() - started < SECONDS


def test_a_longer_body_is_not_looked_into() -> None:
    assert read(body('"' * 1000, "x", "1")) is not None
    assert read(body('"' * LONGEST_MENDED, "x", "1")) is None

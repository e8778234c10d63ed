"""Values as literals: whatever a text holds, the program means that text."""

from __future__ import annotations

import json
import os
import subprocess
from ast import literal_eval
from decimal import Decimal
from shutil import which

import pytest

from gateway.contracts.snippet_literals import JSON, NODE, PERL, PHP, PYTHON, RUBY, TYPESCRIPT, Language
from gateway.model.contract import Field, Type
from tests.builders import a_field

HOSTILE = "a'b\"c\\d$e#{f}@g`h\nl 😀 ${i} %s \\' </x>"
NESTED = a_field("who", Type.OBJECT, of="person", fields=(a_field("name"), a_field("tags", list=True)))
WHO = {"name": "Zoë", "tags": ["1", "2"]}


@pytest.mark.parametrize("language", [PYTHON, NODE, JSON], ids=["Python", "Node", "JSON"])
def test_text_is_itself_in_languages_that_write_it_as_json_does(language: Language) -> None:
    assert HOSTILE == literal_eval(language.literal(HOSTILE)) == json.loads(language.literal(HOSTILE))


@pytest.mark.parametrize(
    ("language", "command"),
    [
        (PHP, ["php", "-r", "echo {};"]), (PERL, ["perl", "-Mutf8", "-CS", "-e", "print {};"]),
        (RUBY, ["ruby", "-e", "print {}"]), (NODE, ["node", "-e", "process.stdout.write({})"]),
    ],
    ids=["PHP", "Perl", "Ruby", "Node"],
)  # fmt: skip
def test_text_is_itself_where_its_language_is_installed(language: Language, command: list[str]) -> None:
    if which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed; make interop installs it")
    filled = [one.replace("{}", language.literal(HOSTILE)) for one in command]
    told = subprocess.run(filled, capture_output=True, check=True, env=os.environ | {"LC_ALL": "C.UTF-8"})
    assert HOSTILE == told.stdout.decode()


@pytest.mark.parametrize(
    ("language", "field", "value", "expected"),
    [
        (PYTHON, a_field("n", Type.INTEGER), "007", "7"),
        (PYTHON, a_field("n", Type.DECIMAL), "0.10", "0.10"),
        (PYTHON, a_field("n", Type.DURATION), "00:02:30", '"00:02:30"'),
        (PYTHON, a_field("n", Type.INTEGER), "9007199254740993", '"9007199254740993"'),
        (JSON, a_field("n", Type.INTEGER), "9007199254740993", "9007199254740993"),
        (PERL, a_field("n", Type.INTEGER), "7", '"7"'),
        (PYTHON, a_field("b", Type.BOOLEAN), "false", "False"),
        (RUBY, a_field("b", Type.BOOLEAN), "false", "'false'"),
        (PYTHON, a_field("b", Type.BASE64), "AP8Q", r"b'\x00\xff\x10'"),
        (PHP, a_field("b", Type.BASE64), "AP8Q", "base64_decode('AP8Q')"),
        (NODE, a_field("b", Type.BASE64), "AP8Q", '"AP8Q"'),
        (TYPESCRIPT, a_field("t", Type.DATE_TIME), "2026-03-16T14:15:02Z", '"2026-03-16T14:15:02Z" as unknown as Date'),
        (TYPESCRIPT, a_field("n", Type.DECIMAL), "5", "5"),
        (TYPESCRIPT, a_field("n", Type.DECIMAL, minimum=Decimal(0)), "5", '"5"'),
        (TYPESCRIPT, a_field("n", Type.INTEGER), "9" * 30, f'"{"9" * 30}" as unknown as number'),
        (PYTHON, a_field("s", list=True), ["a", "b"], '["a", "b"]'),
        (PYTHON, NESTED, WHO, '{"name": "Zoë", "tags": ["1", "2"]}'),
        (PHP, NESTED, WHO, "['name' => 'Zoë', 'tags' => ['1', '2']]"),
        (NODE, NESTED, WHO, '{name: "Zoë", tags: ["1", "2"]}'),
        (RUBY, NESTED, WHO, 'absent.merge(\'name\' => "Zoë", \'tags\' => ["1", "2"])'),
    ],
)
def test_a_value_is_what_the_toolkit_takes(language: Language, field: Field, value: object, expected: str) -> None:
    assert expected == language.literal(value, field)

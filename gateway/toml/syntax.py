"""What is wrong with a text that is no TOML: where, what stands there, and what was expected."""

from __future__ import annotations

import re
import tomllib

from gateway.errors import ConfigError

_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_TWICE = re.compile(r"Cannot declare \((.*?),?\) twice")
_BEGINS = re.compile(r"\[{0,2}[A-Za-z][A-Za-z0-9_.\"-]*\]{0,2}")
"""What a line is about. The rest of it is not shown: somebody may have written a secret there."""

_CURLY = "“”„\u2018\u2019«»"
_VALUE = 'a value is "text" in quotes, a number, true or false, a [list] or a { table }'
_INLINE = "a { table } stands on one line, with commas between its keys and none before }; or write it as [a table]"
_AGAIN = "keep one of them"
_WORDS = (
    ("Expected newline or end of document", "something follows the value",
     'one setting a line; text and units stand in quotes, such as "30s"'),
    ("Invalid value", "that is no value", _VALUE),
    ("Unescaped '\\'", "a backslash in quotes begins an escape",
     "write \\\\ for it, or put the text in 'single quotes'"),
    ("Expected '=' after a key", "a setting has = between key and value", "write: key = value"),
    ("Invalid statement", "that begins no setting", "a line is: key = value, [table], or # a comment"),
    ("Cannot overwrite a value", "this setting is there already", _AGAIN),
    ("Duplicate inline table key", "this setting is there already", _AGAIN),
    ("Cannot mutate immutable", "what was written as { … } can't be added to", "write all its keys in one place"),
    ("Cannot redefine namespace", "what was written as { … } can't be added to", "write all its keys in one place"),
    ("Expected ']' at the end of a table", "the name of a table ends with ]",
     'such as [sources.pbx]; a name with other characters stands in quotes: [events."call.ended"]'),
    ("Expected ']]' at the end", "the name of a list's table ends with ]]", "such as [[name]]"),
    ("Unclosed array", "the list has no end", "a list is [first, second]: commas between, ] at its end"),
    ("Unclosed inline table", "the { table } has no end", _INLINE),
    ("Invalid initial character for a key", "a key was expected", _INLINE),
    ("Unterminated string", "the text has no end", "end it with the quote that it began with, in the same line"),
    ('Expected "\'"', "the text has no end", "end it with the quote that it began with, in the same line"),
    ("Illegal character '\\n'", "the text has no end", "end it with the quote that it began with, in the same line"),
    ("Illegal character", "a character that can't be seen stands there", "take it out; in text, write it as \\u0000"),
)  # fmt: skip
"""How `tomllib` begins, what we say, and what to do."""


def parsed_toml(text: str, path: str) -> dict[str, object]:
    """A TOML document. Raises ConfigError with line, column, what was found there and what was expected."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _told(str(error), text, path) from None


def _told(said: str, text: str, path: str) -> ConfigError:
    found = _PLACE.fullmatch(said)
    lines = text.rstrip().split("\n")
    if found is None:
        return ConfigError(path, f"is not TOML: {said}")
    line, column = (int(found[2]), int(found[3])) if found[2] else (len(lines), len(lines[-1]) + 1)
    written = lines[line - 1].strip() if line <= len(lines) else ""
    begins = _BEGINS.match(written)
    at = f" at {begins[0]}" if begins else ""
    what, to_do = _words(found[1], written)
    return ConfigError(path, f"is not TOML: line {line}, column {column}{at}: {what}", to_do)


def _words(said: str, written: str) -> tuple[str, str]:
    twice = _TWICE.match(said)
    if twice:
        name = ".".join(part.strip(" '\"") for part in twice[1].split(","))
        return f"[{name}] is there already", "join the two tables, or give one of them another name"
    if any(quote in written for quote in _CURLY):
        return "a curly quote is no quote", 'write "straight quotes"; word processors change them'
    if said == "Invalid value" and re.search(r"=\s*(true|false|yes|no|on|off|none|null)\b", written, re.IGNORECASE):
        return "that is no value", "write true or false, in lower case; leave a setting out for its default"
    return next(((what, to_do) for begins, what, to_do in _WORDS if said.startswith(begins)), (said, ""))

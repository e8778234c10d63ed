"""Declared fields of every kind, nested ones too, and what is sent of them: valid, or slightly broken."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from gateway.model.canonical import Number
from gateway.model.contract import Field, Type
from gateway.model.field_reading import Form, Pairs, Reading
from tests.model.generated_values import KINDS, kind_of

Fields = tuple[Field, ...]
Sent = list[tuple[str, object]]

_NAMES = ("call_id", "endedAt", "n", "tags", "Customer", "agent_segments")
_ALIASES = ("uii", "interaction-id", "Len", "meta.uuid", "o")
ANY_KIND: Mapping[Form, Sequence[object]] = {
    Form.TEXT: ["", "x", "5", b"", b"x", [], ["x", "y"], Pairs([("n", "x")]), Pairs()],
    Form.XML: ["", " ", "x", "5", None, ["x", None], Pairs([("n", "x"), ("y", None), ("y", "z")])],
    Form.JSON: ["", "x", Number("5"), Number("1.50"), True, None, [], [None, "x"], [[]], {}, {"n": "x"}],
}
"""A value of every kind that a form has."""
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NUMERIC = (Type.INTEGER, Type.DECIMAL, Type.DURATION)


@st.composite
def declarations(draw: st.DrawFn, *, aliases: bool, nested: int = 2) -> Fields:
    """One to three fields whose types nest `nested` deep."""
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3, unique=True))
    others = draw(st.permutations(_ALIASES)) if aliases else []
    fields = []
    for place, name in enumerate(names):
        if nested and draw(st.integers(0, 2)) == 0:
            inside = draw(declarations(aliases=aliases, nested=nested - 1))
            field = Field(name, Type.OBJECT, of=f"type{nested}", fields=inside)
        else:
            kind = draw(st.sampled_from(KINDS))
            field = Field(name, kind.type, **kind.declared)
        own = tuple(others[place :: len(names)][: draw(st.integers(0, 2))])
        rare = draw(st.integers(0, 3)) == 0, draw(st.integers(0, 2)) == 0
        fields.append(replace(field, aliases=own, required=rare[0], list=rare[1]))
    return tuple(fields)


@dataclass(frozen=True)
class Message:
    """How one message is made: by which form, and whether it may be slightly broken."""

    draw: st.DrawFn
    form: Form
    may_break: bool

    def sent(self, fields: Fields) -> Sent:
        """What is sent of `fields`, as its form has it."""
        tree = self.tree(fields)
        match self.form:
            case Form.TEXT:
                return self.flat(tree)
            case Form.XML:
                return as_elements(tree)
            case Form.JSON:
                return list(as_json(tree).items())

    def tree(self, fields: Fields) -> Pairs:
        """Names and values; a list is a list, an object Pairs."""
        pairs = Pairs()
        for field in fields:
            # In flat names an object of no fields is not there at all.
            is_needed = field.required or (self.form is Form.TEXT and not pairs and field is fields[-1])
            if self.slips() if is_needed else self.draw(st.integers(0, 3)) == 0:
                continue
            pairs += [(name, self.value(field)) for name in self.names(field)]
        if self.slips():
            name = self.draw(st.sampled_from(["extra", "new", "a/b~c", "x.y", "x[y]", *_NAMES, *_ALIASES]))
            pairs.append((name, self.wrong()))
        if self.slips():
            pairs = Pairs(self.draw(st.permutations(pairs)))
        return Pairs(dict(pairs).items()) if self.form is Form.TEXT and _has_parts(pairs) else pairs

    def names(self, field: Field) -> list[str]:
        # A dot leads into the parts of a field, if it has any.
        has_parts = self.form is Form.TEXT and (field.list or field.type is Type.OBJECT)
        own = [field.name, *(alias for alias in field.aliases if not (has_parts and "." in alias))]
        if not self.slips():
            return [self.draw(st.sampled_from(own))]
        spelled = [*own, *(one.upper() for one in own), *(one.replace("_", "-") for one in own)]
        return self.draw(st.lists(st.sampled_from(spelled), min_size=1, max_size=2))

    def value(self, field: Field) -> object:
        if not field.list or self.slips():
            return self.single(field)
        return [self.single(field) for _ in range(self.draw(st.integers(1, 3)))]

    def single(self, field: Field) -> object:
        if self.slips() and self.slips():
            return self.wrong()
        if field.type is Type.OBJECT:
            return self.tree(field.fields)
        kind = kind_of(field)
        text = self.draw(st.sampled_from(("", " ", *kind.edges)) if self.slips() else kind.valid)
        if self.form is Form.TEXT and field.type is Type.BASE64 and not self.may_break:
            return b64decode(text) if self.draw(st.booleans()) else text
        if self.form is not Form.JSON or self.slips():
            return text
        if text in ("true", "false") and field.type is Type.BOOLEAN:
            return text == "true"
        is_number = field.type in _NUMERIC or self.slips()
        return Number(text) if is_number and _JSON_NUMBER.fullmatch(text) else text

    def wrong(self) -> object:
        return self.draw(st.sampled_from(ANY_KIND[self.form]))

    def slips(self) -> bool:
        return self.may_break and self.draw(st.integers(0, 6)) == 0

    def flat(self, tree: Pairs) -> Sent:
        """`tree` under the names that forms and queries have for it."""
        pairs = []
        for name, value in tree:
            pairs += [(name + rest, text) for rest, text in self.places(value)]
        return self.draw(st.permutations(pairs)) if self.slips() else pairs

    def places(self, value: object) -> Sent:
        if isinstance(value, Pairs):
            return [(self.key(name) + rest, text) for name, one in value for rest, text in self.places(one)]
        if not isinstance(value, list):
            return [("", value)]
        step = self.draw(st.sampled_from([1, 2, 9]))
        has_parts = any(isinstance(one, list) for one in value)
        style = self.draw(st.sampled_from(["number"] if has_parts else ["number", "[]", ""]))
        places = []
        for index, one in enumerate(value):
            key = self.key(str(index * step)) if style == "number" else style
            places += [(key + rest, text) for rest, text in self.places(one)]
        return places

    def key(self, name: str) -> str:
        is_dotted = self.draw(st.booleans()) and not re.search(r"[\[\].]", name)
        return f".{name}" if is_dotted else f"[{name}]"


def _has_parts(pairs: Pairs) -> bool:
    """Whether there are flat names such as `a[b]`: what they mean beside `a` has a test of its own."""
    return any(isinstance(value, list) for _, value in pairs)


def edges_of(field: Field, form: Form) -> Iterator[Sent]:
    """Messages that have the one field, with every value at the edge of what it takes."""
    edges: list[object] = ["", " ", "\t\r\n", *kind_of(field).edges]
    padded = [f" \t{edge}\r\n" for edge in edges]
    numbers = [Number(edge) for edge in edges if form is Form.JSON and _JSON_NUMBER.fullmatch(str(edge))]
    kinds = [kind for kind in ANY_KIND[form] if form is Form.JSON or not isinstance(kind, list)]
    for value in (*edges, *padded, *numbers, *kinds):
        yield [(field.name, [value] if field.list and form is Form.JSON else value)]


def as_elements(tree: Iterable[tuple[str, object]]) -> Pairs:
    """A list repeats its element."""
    pairs = Pairs()
    for name, value in tree:
        pairs += [(name, as_elements(one) if isinstance(one, Pairs) else one) for one in _repeated(value)]
    return pairs


def _repeated(value: object) -> Iterator[object]:
    if isinstance(value, list) and not isinstance(value, Pairs):
        for one in value:
            yield from _repeated(one)
    else:
        yield value


def as_json(tree: Iterable[tuple[str, object]]) -> dict[str, object]:
    return {name: _as_json(value) for name, value in tree}


def _as_json(value: object) -> object:
    if isinstance(value, Pairs):
        return as_json(value)
    return [_as_json(one) for one in value] if isinstance(value, list) else value


@st.composite
def messages(draw: st.DrawFn, form: Form, reading: Reading, *, may_break: bool) -> tuple[Fields, Sent]:
    """Fields, and what is sent of them."""
    # Strictly, XML is what the schema says, and the schema has no aliases; over HTTP they have a test of their own.
    fields = draw(declarations(aliases=form is not Form.XML or reading is Reading.LENIENT))
    return fields, Message(draw, form, may_break).sent(fields)

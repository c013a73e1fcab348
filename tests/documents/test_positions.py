"""Every position is that of the value in the text."""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsers import PARSERS, documents, using

from istiolint.documents import Document
from istiolint.documents.scalars import as_key, plain
from istiolint.findings.finding import Part, Path, Place

PLAIN_KEYS = st.from_regex(r"[a-zA-Zü𝄞][a-zA-Z0-9ü𝄞_./-]{0,6}", fullmatch=True).filter(lambda key: isinstance(plain(key), str))
KEYS = PLAIN_KEYS | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=5)
NUMBERS = st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False, width=32)
SCALARS = st.none() | st.booleans() | NUMBERS | PLAIN_KEYS | KEYS
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS.filter(lambda key: key != "<<"), inner, max_size=4),
    max_leaves=12,
)


class Writer:
    """Writes data as YAML in a style of its own choice at every place; `draw` chooses."""

    def __init__(self, draw: st.DrawFn):
        self.draw, self.anchors = draw, 0

    def choose(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def text(self, data: Any) -> str:
        newline = self.choose("\n", "\r\n")
        head = self.choose("", "---\n", "# head\n---\n", "\n\n")
        return str((head + self.block(data, 0, "").lstrip(" ") + "\n" + self.choose("", "# tail\n", "\n")).replace("\n", newline))

    def scalar(self, value: Any, *, flow: bool) -> str:
        if value is None:
            return str(self.choose("~", "null", *([] if flow else [""])))
        if isinstance(value, bool):
            return str(self.choose(*(["true", "on", "Yes"] if value else ["false", "off", "n"])))
        if isinstance(value, (int, float)):
            return repr(value)
        styles = [json.dumps(value, ensure_ascii=False), "'" + value.replace("'", "''") + "'"]
        styles.append('"' + "".join(f"\\U{ord(character):08x}" for character in value) + '"')
        if value and value.replace("ü", "u").replace("𝄞", "g").replace("_", "").isalnum() and plain(value) == value:
            styles.append(value)
        return str(self.choose(*styles))

    def flow(self, data: Any) -> str:
        space = self.choose("", " ")
        if isinstance(data, list):
            return f"[{space}{', '.join(self.flow(item) for item in data)}{space}]"
        if isinstance(data, dict):
            entries = ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {self.flow(value)}" for key, value in data.items())
            return f"{{{space}{entries}{space}}}"
        return self.scalar(data, flow=True)

    def block(self, data: Any, indent: int, before: str) -> str:
        """Begins on the line of a key or dash if `before` is a space."""
        anchor = ""
        if before and self.choose(True, False, False):
            self.anchors += 1
            anchor = f" &a{self.anchors}"
        if not isinstance(data, (dict, list)) or not data or self.choose(True, False, False):
            text = self.flow(data) if isinstance(data, (dict, list)) else self.string(data, indent)
            return f"{anchor}{before}{text}{'' if text.endswith(chr(10)) else self.comment()}"
        lines = []
        for key, value in data.items() if isinstance(data, dict) else ((None, item) for item in data):
            sign = "-" if key is None else f"{self.scalar(key, flow=True)}:"
            lines.append(" " * indent + sign + self.block(value, indent + self.choose(1, 2, 4), " "))
        return (f"{anchor}\n" if before else "") + "\n".join(lines)

    def string(self, value: Any, indent: int) -> str:
        if isinstance(value, str) and value and value.isalnum() and indent and self.choose(True, False):
            return f"{self.choose('|', '>', '|-', '>+')}\n{' ' * (indent + 1)}{value}\n"
        return self.scalar(value, flow=False)

    def comment(self) -> str:
        return str(self.choose("", "", "  # note", " #"))


@st.composite
def written(draw: st.DrawFn) -> tuple[str, Any]:
    data = draw(DATA.filter(lambda data: isinstance(data, (dict, list)) and data))
    return Writer(draw).text(data), data


def paths(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, data
    for step, child in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from paths(child, (*path, step))


def same(found: Any, wanted: Any) -> bool:
    """Block scalars end in a line end that is not part of their span."""
    if isinstance(found, str) and isinstance(wanted, str):
        return found.rstrip("\n") == wanted.rstrip("\n")
    if isinstance(found, float) and isinstance(wanted, float) and math.isnan(wanted):
        return math.isnan(found)
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(same(found[key], wanted[key]) for key in wanted)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    return bool(found == wanted)


def parsed_back(document: Document, start: int, parser: str, text: str) -> Any:
    """What a slice means: at its own column, so that indentation is as in the text."""
    column = document.source.position(start).column - 1
    (found,) = documents(" " * column + text, parser)
    return found.data


@pytest.mark.parametrize("parser", PARSERS)
@given(example=written())
def test_every_position(parser: str, example: tuple[str, Any]) -> None:
    text, data = example
    document = next(document for document in documents(text, parser) if document.data is not None)
    assert same(document.data, data), text
    with using(parser):
        for path, value in paths(document.data):
            for part in ("value", "key") if path and isinstance(path[-1], str) else ("value",):
                check(document, path, part, value, parser)


def check(document: Document, path: Path, part: Part, value: Any, parser: str) -> None:
    source, start, end = document.locate(Place(document, path, part))
    assert source is document.source
    text = source.text[start:end]
    if part == "key":
        key = parsed_back(document, start, parser, text)
        assert as_key(key) == path[-1]
    elif value is None and text not in ("~", "null"):
        key_place = document.locate(Place(document, path, "key"))
        assert (start, end) == (key_place.start, key_place.end) or text == "-"
    else:
        assert same(parsed_back(document, start, parser, text), value), (path, text)


@given(example=written(), extra=st.lists(KEYS | st.integers(0, 9), min_size=1, max_size=3))
def test_a_path_that_is_not_there_is_shown_at_its_nearest_parent(example: tuple[str, Any], extra: list[str | int]) -> None:
    text, _ = example
    document = next(document for document in documents(text) if document.data is not None)
    for path, value in paths(document.data):
        if isinstance(value, (dict, list)) and (extra[0] in value if isinstance(value, dict) else type(extra[0]) is int):
            continue
        span = document.locate(Place(document, (*path, *extra)))
        if path and isinstance(path[-1], str):
            assert span == document.locate(Place(document, path, "key"))
        else:
            assert span.start == document.locate(Place(document, path)).start
            assert span.begins.line == span.ends.line


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def shown(text: str, path: Path, parser: str, part: Part = "value", within: tuple[int, int] | None = None) -> str:
    (document,) = documents(text, parser)
    assert not document.problems
    with using(parser):
        span = document.locate(Place(document, path, part, within))
    return text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("a: 1\nb:\n  c: d  # e\n  f: g\n", ("b",), "c: d  # e\n  f: g"),
        ("a:\n  b: |\n    x\n    y\n\n  # c\nd: e\n", ("a", "b"), "|\n    x\n    y"),
        ("a: x y\n  z\nb: 1\n", ("a",), "x y\n  z"),
        ("a: &x {b: 1}\nc: *x\n", ("c",), "{b: 1}"),
        ("a: &x {b: 1}\nc: *x\n", ("c", "b"), "1"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n", ("c", "b"), "1"),
        ("a: !!str &x 80\n", ("a",), "80"),
        ("a: &x # c\n  b: c\n", ("a",), "b: c"),
        ("a: &x\nb: c\n", ("a",), "a"),
        ("a: !<tag:yaml.org,2002:str> 1\n", ("a",), "1"),
        ("a:\nb: c\n", ("a",), "a"),
        ("a:\n  -\n  - b\n", ("a", 0), "-"),
        ("{a: , b: c}", ("a",), "a"),
        ("a: [1, {b: 2}, 3]", ("a", 1, "b"), "2"),
        ("- a: 1\n  b: 2\n- c\n", (0,), "a: 1\n  b: 2"),
        ("ü: 𝄞\n𝄞: [ü, b]\n", ("𝄞", 1), "b"),
        ("? a\n: b\n", ("a",), "b"),
        ("x: 1\r\na:\r\n  - b\r\n", ("a", 0), "b"),
        ("80: a\n", ("80",), "a"),
    ],
)
def test_positions(parser: str, text: str, path: Path, expected: str) -> None:
    assert shown(text, path, parser) == expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("metadata:\n  name: x\nspec:\n  a: 1\n", ("spec", "http", 0, "route"), "spec"),
        ("metadata:\n  name: x\n", ("spec",), "metadata:"),
        ("http:\n  - match: 1\n    b: 2\n", ("http", 0, "route"), "match: 1"),
        ("http: [{a: 1}]\n", ("http", 0, "route"), "{a: 1}"),
        ("http:\n", ("http", 3), "http"),
        ("http: x\n", ("http", "a"), "http"),
    ],
)
def test_missing(parser: str, text: str, path: Path, expected: str) -> None:
    assert shown(text, path, parser) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: foo.bar.svc", "bar"),
        ("a: 'foo.bar.svc'", "bar"),
        ('a: "foo.bar.svc"', "bar"),
        ('a: "f\\u006fo.bar.svc"', "bar"),
        ("a: &x foo.bar.svc", "bar"),
        ('a: "\\x66oo.\\U00000062ar.svc"', "\\U00000062ar"),
        ("a: |\n  foo.bar.svc", "|\n  foo.bar.svc"),
        ("a: 'foo.bar.svc\n  x'", "'foo.bar.svc\n  x'"),
    ],
)
def test_part_of_a_scalar(parser: str, text: str, expected: str) -> None:
    assert shown(text, ("a",), parser, within=(4, 7)) == expected


@given(
    value=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12),
    data=st.data(),
)
def test_part_of_a_quoted_scalar(value: str, data: st.DataObject) -> None:
    quoted = data.draw(st.sampled_from([json.dumps(value, ensure_ascii=False), "'" + value.replace("'", "''") + "'"]))
    first = data.draw(st.integers(0, len(value) - 1))
    past = data.draw(st.integers(first + 1, len(value)))
    part = shown(f"a: {quoted}", ("a",), "libyaml", within=(first, past))
    (found,) = documents(f"{quoted[0]}{part}{quoted[0]}")
    assert found.data == value[first:past]

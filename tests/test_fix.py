"""Fixes become text edits that change what they say and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.documents import Document, read
from istiolint.findings.finding import Delete, Diagnostic, Edit, Fix, Move, Path, Place, Rename, Replace, Unwrap
from istiolint.fix import apply, text_edits
from istiolint.report import Report, Summary
from istiolint.sources import Source

PATHS = ("a.yaml",)


def document_of(text: str) -> Document:
    (document,) = read(Source("a.yaml", text))
    assert not document.problems, document.problems[0].message
    return document


def after(text: str, *edits: Any) -> str | None:
    """The text after edits given as (type, path, ...); None if the fix is dropped."""
    document = document_of(text)
    made = tuple(kind(Place(document, path), *rest) for kind, path, *rest in edits)
    return applied(text, made)


def applied(text: str, edits: tuple[Edit, ...]) -> str | None:
    found = text_edits(Fix("mend", edits))
    for span, new in sorted(found, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return text if found else None


BLOCK = """\
# a comment
kind: VirtualService
spec:
  http:
  # the only route
  - name: first  # its name
    timout: 5s  # slow
    route:
    - destination:
        host: reviews
        weight: 50  # half
    - destination: {host: ratings, "weight": 50}
  hosts: [a, b]  # all
"""


@pytest.mark.parametrize(
    ("edit", "old", "new"),
    [
        ((Rename, ("spec", "http", 0, "timout"), "timeout"), "timout:", "timeout:"),
        ((Rename, ("spec", "http", 0, "route", 1, "destination", "weight"), "share"), '"weight"', '"share"'),
        ((Replace, ("spec", "http", 0, "timout"), "10s"), "5s", "10s"),
        ((Delete, ("spec", "http", 0, "timout")), "    timout: 5s  # slow\n", ""),
        ((Delete, ("spec", "http", 0, "name")), "name: first  # its name\n    timout", "timout"),
        ((Delete, ("spec", "hosts")), "  hosts: [a, b]  # all\n", ""),
        ((Delete, ("spec", "hosts", 0)), "[a, b]", "[b]"),
        ((Delete, ("spec", "hosts", 1)), "[a, b]", "[a]"),
        (
            (Delete, ("spec", "http", 0, "route", 0)),
            "    - destination:\n        host: reviews\n        weight: 50  # half\n",
            "",
        ),
        (
            (Move, ("spec", "http", 0, "route", 1, "destination", "weight"), ("spec", "http", 0, "route", 1, "weight")),
            'ratings, "weight": 50}\n',
            'ratings}\n      "weight": 50\n',
        ),
        (
            (Move, ("spec", "http", 0, "route", 0, "destination", "weight"), ("spec", "http", 0, "route", 0, "weight")),
            "        weight: 50  # half\n",
            "      weight: 50  # half\n",
        ),
        (
            (Move, ("spec", "http", 0, "timout"), ("spec", "http", 0, "retries", "perTryTimeout")),
            "    timout: 5s  # slow\n",
            "    retries:\n      perTryTimeout: 5s  # slow\n",
        ),
        (
            (Move, ("spec", "http", 0, "name"), ("spec", "http", 0, "a", "b", "name")),
            "- name: first  # its name\n",
            "- a:\n      b:\n        name: first  # its name\n",
        ),
        (
            (Unwrap, ("spec", "http", 0, "route", 0, "destination")),
            "destination:\n        host: reviews\n        weight: 50  # half\n",
            "host: reviews\n      weight: 50  # half\n",
        ),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_edit(edit: Any, old: str, new: str, line_end: str) -> None:
    text = BLOCK.replace("\n", line_end)
    old, new = old.replace("\n", line_end), new.replace("\n", line_end)
    assert text.count(old) == 1
    assert after(text, edit) == text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "edit", "new"),
    [
        ("a:\n  b: 1\n", (Delete, ("a", "b")), "a: {}\n"),
        ("a:  # why\n  b: 1\nc: 2\n", (Delete, ("a", "b")), "a: {}  # why\nc: 2\n"),
        ("a:\n- b: 1  # why\n", (Delete, ("a", 0, "b")), "a:\n- {}\n"),
        ("a:\n- b\n", (Delete, ("a", 0)), "a: []\n"),
        ("a: {b: 1}\n", (Delete, ("a", "b")), "a: {}\n"),
        ('{\n  "a": 1,\n  "b": 2\n}\n', (Delete, ("b",)), '{\n  "a": 1\n}\n'),
        ('{\n  "a": 1,\n  "b": 2\n}\n', (Delete, ("a",)), '{\n  "b": 2\n}\n'),
        ('{"a":1,"b":{"c":2}}', (Move, ("a",), ("b", "a")), '{"b":{"c":2, "a":1}}'),
        ('{"a":1,"b":{"c":2}}', (Move, ("a",), ("d", "a")), '{"d": {"a":1},"b":{"c":2}}'),
        ("a: 1\nb:\n  c: 2", (Move, ("a",), ("b", "a")), "b:\n  c: 2\n  a: 1"),
        ("b:\n  c: 2\na: 1", (Move, ("a",), ("b", "a")), "b:\n  c: 2\n  a: 1\n"),
        ("b:\n    c: |\n      x\n\n      y\na: 1\n", (Move, ("b", "c"), ("c",)), "b: {}\na: 1\nc: |\n  x\n\n  y\n"),
        ("http: {i: 1s, n: 3} # c\na: 1\n", (Unwrap, ("http",)), "i: 1s\nn: 3 # c\na: 1\n"),
        ("o: {http: {i: 1s, n: 3}}\n", (Unwrap, ("o", "http")), "o: {i: 1s, n: 3}\n"),
        ("a:\nb: 1\n", (Replace, ("a",), "2"), "a: 2\nb: 1\n"),
        ("a: yes\n", (Replace, ("a",), '"yes"'), 'a: "yes"\n'),
    ],
)
def test_small_edit(text: str, edit: Any, new: str) -> None:
    assert after(text, edit) == new


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a: &x {b: 1}\nc: *x\n", (Rename, ("a", "b"), "d")),
        ("a: &x {b: 1}\nc: *x\n", (Rename, ("c", "b"), "d")),
        ("a: &x {b: 1}\nc: *x\n", (Delete, ("a",))),
        ("a: &x {b: 1}\nc:\n  <<: *x\n  e: 1\n", (Rename, ("c", "b"), "d")),
        ("a: &x 5\nc: *x\n", (Replace, ("a",), "6")),
        ("a: 1\nb: 2\n", (Rename, ("a",), "b")),
        ("a: 1\nb: {a: 2}\n", (Move, ("a",), ("b", "a"))),
        ("a: 1\nb: text\n", (Move, ("a",), ("b", "a"))),
        ("a: 1\nb: [1]\n", (Move, ("a",), ("b", 3, "a"))),
        ("a: {b: 1}\n", (Move, ("a",), ("a", "b", "a"))),
        ("# this is a\na: 1\nb:\n  c: 1\n", (Move, ("a",), ("b", "a"))),
        ("a: 1\n", (Rename, ("x",), "b")),
        ("a: 1\n", (Unwrap, ("a",))),
        ("- a: 1\n  # about b\n  b: 2\n", (Delete, (0, "a"))),
        ("? a\n: 1\nb: 2\n", (Delete, ("a",))),
        ("a: |\n  x\nb: {c: 1}\n", (Move, ("a",), ("b", "a"))),
    ],
)
def test_dropped_where_it_is_not_sure(text: str, edit: Any) -> None:
    assert after(text, edit) is None


def test_an_unused_anchor_is_no_obstacle() -> None:
    assert after("a: &x {b: 1}\n", (Rename, ("a", "b"), "c")) == "a: &x {c: 1}\n"


def test_second_document_of_a_file() -> None:
    text = "a: 1\n---\nb: 1 # c\n---\nd: 1\n"
    document = list(read(Source("a.yaml", text)))[1]
    assert applied(text, (Rename(Place(document, ("b",)), "e"),)) == "a: 1\n---\ne: 1 # c\n---\nd: 1\n"


def test_two_edits_in_one_fix() -> None:
    text = "a:\n  percent: 50\n  b: 1\n"
    edits = (Rename, ("a", "percent"), "percentage"), (Replace, ("a", "percent"), "{value: 50}")
    assert after(text, *edits) == "a:\n  percentage: {value: 50}\n  b: 1\n"


def test_several_fields_move_into_one_mapping_that_is_made_for_them() -> None:
    text = "http:\n  interval: 10s # ten\n  retries: 3\n  errors: 5\ntcp: {}\n"
    edits = (Move, ("http", "interval"), ("outlier", "interval")), (Move, ("http", "errors"), ("outlier", "errors"))
    assert after(text, *edits) == "http:\n  retries: 3\ntcp: {}\noutlier:\n  interval: 10s # ten\n  errors: 5\n"


def test_all_fields_of_an_item_move_into_one_mapping_that_is_made_for_them() -> None:
    edits = (Move, ("r", 0, "host"), ("r", 0, "to", "host")), (Move, ("r", 0, "port"), ("r", 0, "to", "port"))
    assert after("r:\n- host: a\n  port:\n    number: 80\n", *edits) == "r:\n- to:\n    host: a\n    port:\n      number: 80\n"
    assert after("r: [{host: a, port: 80}]\n", *edits) == "r: [{to: {host: a, port: 80}}]\n"


def report_on(text: str, *fixes: tuple[Any, ...], safe: bool = True) -> Report:
    """A report whose diagnostics have a fix of one edit each, given as (type, path, ...)."""
    document = document_of(text)
    diagnostics = []
    for kind, path, *rest in fixes:
        edit = kind(Place(document, path), *rest)
        where = document.locate(edit.place)
        fix = Fix("mend", (edit,), safe)
        diagnostics.append(Diagnostic("rule", (), "schema", "schema", "error", "wrong", None, where, "", None, fix=fix))
    return Report(diagnostics, Summary(), (), {"a.yaml": document.source})


def test_fixes_that_keep_clear_of_each_other_are_applied_together() -> None:
    report = report_on("a: 1\nb: {c: 2}\nd: 3\n", (Rename, ("a",), "x"), (Replace, ("b", "c"), "7"), (Delete, ("d",)))
    assert apply(report, PATHS).texts == {"a.yaml": "x: 1\nb: {c: 7}\n"}


@pytest.mark.parametrize(
    ("text", "one", "other", "wanted"),
    [
        ("a: 1\nb: 2\n", (Rename, ("a",), "x"), (Rename, ("b",), "x"), "x: 1\nb: 2\n"),
        ("p:\n  a: 1\n  b: 2\n", (Delete, ("p", "a")), (Delete, ("p", "b")), "p:\n  b: 2\n"),
        ("a: 1\nb: 2\nc: {d: 3}\n", (Move, ("a",), ("x", "a")), (Move, ("b",), ("x", "b")), "x:\n  a: 1\nb: 2\nc: {d: 3}\n"),
        ("p:\n  a: 1\n  b: 2\n", (Rename, ("p", "a"), "x"), (Unwrap, ("p",)), "p:\n  x: 1\n  b: 2\n"),
    ],
)
def test_of_fixes_in_each_others_way_the_first_is_applied(text: str, one: Any, other: Any, wanted: str) -> None:
    assert apply(report_on(text, one, other), PATHS).texts == {"a.yaml": wanted}


def test_unsafe_fixes_are_applied_only_when_asked_for() -> None:
    report = report_on("a: 1\n", (Rename, ("a",), "b"), safe=False)
    assert apply(report, PATHS).texts == {}
    assert apply(report, PATHS, unsafe=True).texts == {"a.yaml": "b: 1\n"}


KEYS = ("host", "hosts", "tls", "8080", "on", "a.b/c", "x y")
SCALARS = st.sampled_from(["v1", "5s", 80, True, None, "", "a: b", "# no comment", "two\nlines\n", "yes", "*", "&x"])


def data() -> st.SearchStrategy[Any]:
    return st.dictionaries(
        st.sampled_from(KEYS),
        st.recursive(
            SCALARS,
            lambda inner: st.one_of(
                st.dictionaries(st.sampled_from(KEYS), inner, min_size=1, max_size=3), st.lists(inner, min_size=1, max_size=3)
            ),
            max_leaves=8,
        ),
        min_size=2,
        max_size=4,
    )


class Writer:
    """Writes data as YAML in a style drawn at random: block or flow, quotes, indentation of lists, comments, line ends."""

    def __init__(self, draw: Any):
        self.draw = draw
        self.step = draw(st.sampled_from([2, 4]))
        self.list_step = draw(st.sampled_from([0, 2]))

    def maybe(self) -> bool:
        return bool(self.draw(st.booleans()))

    def comment(self) -> str:
        return self.draw(st.sampled_from(["", "", "", " # note", "  # it's {not} [data]: - &a *b"]))  # type: ignore[no-any-return]

    def key(self, key: str) -> str:
        quote = self.draw(st.sampled_from(['"', "'"])) if key in ("on", "8080") or self.draw(st.integers(0, 4)) == 0 else ""
        return f"{quote}{key}{quote}"

    def scalar(self, value: Any, indent: int | None) -> str:
        if value == "two\nlines\n" and indent is not None:
            return f"|\n{' ' * indent}two\n{' ' * indent}lines"
        plain = isinstance(value, str) and value in ("v1", "5s") and self.maybe()
        return str(value) if plain else json.dumps(value)

    def flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.key(key)}: {self.flow(child)}" for key, child in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.flow, value)) + "]"
        return self.scalar(value, None)

    def value(self, value: Any, indent: int, in_list: bool) -> str:
        """What stands behind `key:` or a dash, line end included."""
        if isinstance(value, (dict, list)) and self.draw(st.integers(0, 3)):
            if in_list:
                return " " + self.block(value, indent + 2).lstrip(" ")
            inner = indent + (self.list_step if isinstance(value, list) else self.step)
            return self.comment() + "\n" + self.block(value, inner)
        if isinstance(value, (dict, list)):
            return " " + self.flow(value) + self.comment() + "\n"
        written = self.scalar(value, indent + self.step)
        return " " + written + ("" if "\n" in written else self.comment()) + "\n"

    def block(self, value: Any, indent: int) -> str:
        lines, pad = "", " " * indent
        if isinstance(value, list):
            for child in value:
                lines += f"{pad}-{self.value(child, indent, True)}"
            return lines
        for key, child in value.items():
            if lines and self.draw(st.integers(0, 5)) == 0:
                lines += self.draw(st.sampled_from(["\n", f"{pad}# about it\n", "# far left\n"]))
            lines += f"{pad}{self.key(key)}:{self.value(child, indent, False)}"
        return lines


@st.composite
def written(draw: Any) -> tuple[str, Any]:
    value = draw(data())
    writer = Writer(draw)
    text = writer.flow(value) + "\n" if draw(st.integers(0, 5)) == 0 else writer.block(value, 0)
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return (text.rstrip("\r\n") if draw(st.booleans()) and "|" not in text else text), value


def paths(value: Any, path: Path = ()) -> list[Path]:
    steps = list(value.items() if isinstance(value, dict) else enumerate(value)) if isinstance(value, (dict, list)) else []
    return [found for step, child in steps for found in ((*path, step), *paths(child, (*path, step)))]


def parent(value: Any, path: Path) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value


@given(written(), st.data())
def test_edited_text_means_the_edited_data(case: tuple[str, Any], draw: st.DataObject) -> None:
    text, value = case
    document = document_of(text)
    assert document.data == value
    path = draw.draw(st.sampled_from(paths(value)))
    holder = parent(value, path)
    place = Place(document, path)
    kind = draw.draw(st.sampled_from([Rename, Replace, Delete, Move, Unwrap]))
    edit: Edit
    sure = False
    if kind is Replace:
        old = holder[path[-1]]
        edit, sure = Replace(place, "7"), not isinstance(old, (dict, list))
        holder[path[-1]] = 7
    elif kind is Delete:
        edit, sure = Delete(place), "#" not in text and len(holder) > 1 and not (isinstance(holder, list) and "- -" in text)
        del holder[path[-1]]
    elif not isinstance(holder, dict):
        return
    elif kind is Rename:
        edit, sure = Rename(place, "newKey"), True
        holder["newKey"] = holder.pop(path[-1])
    elif kind is Unwrap:
        edit, child = Unwrap(place), holder.pop(path[-1])
        if not isinstance(child, dict) or set(child) & set(holder):
            assert applied(text, (edit,)) is None
            return
        holder |= child
    else:
        others = [
            found for found in paths(value) if isinstance(parent(value, (*found, "x")), dict) and found[: len(path)] != path
        ]
        target = (
            *draw.draw(st.sampled_from([(), *others])),
            *draw.draw(st.sampled_from([(), ("made",), ("made", "too")])),
            "moved",
        )
        edit, moved = Move(place, target), holder.pop(path[-1])
        into = value
        for step in target[:-1]:
            into = into.setdefault(step, {}) if isinstance(into, dict) else into[step]
        into["moved"] = moved
    result = applied(text, (edit,))
    assert result is not None or not sure
    if result is not None:
        assert document_of(result).data == value
        assert ("\r\n" in result) == ("\r\n" in text) or "\n" not in result
        assert result.count("\n") == result.count("\r\n") or "\r\n" not in text
        if kind in (Rename, Move):
            assert result.count("#") == text.count("#"), "a comment was lost or doubled"

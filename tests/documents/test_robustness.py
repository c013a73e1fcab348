"""Whatever the input: no exception, every place lies in the text, and time and memory are bounded."""

import tracemalloc

import pytest
from expected import BROKEN, broken
from hypothesis import given
from hypothesis import strategies as st
from parsers import PARSERS, documents, using

from istiolint.documents import Document, read
from istiolint.findings.finding import Place
from istiolint.sources.decode import source_of

MANIFEST = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: menu
  labels: &labels {app: menu, "tier": 'front'}
spec:
  hosts: ["menu", '*.example.com']   # both
  http:
    - match: [{uri: {prefix: /a}}]
      route:
        - destination: {host: menu, port: {number: 80}}
          weight: 100
    - name: |
        text
---
kind: List
items: [*labels, !!str 80, ~, {<<: {a: b}}]
"""
YAML_LIKE = st.text(st.sampled_from("abA1 \n\r\t:-[]{},'\"#&*!|>%@`?~.\\<=$/ü𝄞\x85\u2028\ufeff\x00\x7f\ud800"), max_size=60)
FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "apiVersion: v1\n",
            "kind: X\n",
            "---\n",
            "...\n",
            "a: ",
            "- ",
            "\n",
            "  ",
            "\t",
            "{",
            "}",
            "[",
            "]",
            ",",
            "b",
            "'",
            '"',
            "|\n",
            ">-\n",
            "&x ",
            "*x",
            "<<: ",
            "!!str ",
            "!x!y ",
            "%YAML 1.1\n",
            "%FOO\n",
            "# c\n",
            "? ",
            ": ",
            "{{ .x }}",
            "{{- if a }}\n",
            "{{- end }}\n",
            "{% x %}",
            "${A}",
            "\\",
            '"\\q"',
            '"\\ud83d"',
            "$patch: delete\n",
            "name: $(x)\n",
            "metadata:\n",
            "\r",
            "\r\n",
            "@",
            "`",
            "1e3",
            "é",
        ]
    ),
    max_size=25,
).map("".join)


def check(document: Document) -> None:
    for problem in document.problems:
        assert problem.message
        for place in (problem.place, *(related.place for related in problem.related)):
            source, start, end = place.span()
            assert 0 <= start <= end <= len(source.text)
            assert document.offset <= start
            assert end <= document.offset + len(document.text)
            assert start < end or not source.text
            line, column = source.position(start)
            assert source.text[start : start + 1] in (source.line(line) + "\r\n")[column - 1 :]
    if document.data is not None:
        for path in ((), ("metadata", "name"), ("spec", "http", 0), ("items", 1)):
            _, start, end = document.locate(Place(document, path))
            assert document.offset <= start <= end <= document.offset + len(document.text)


def check_all(text: str, parser: str) -> None:
    with using(parser):
        for document in documents(text, parser):
            check(document)


@pytest.mark.parametrize("parser", PARSERS)
@given(text=YAML_LIKE | FRAGMENTS | st.text(max_size=40))
def test_any_text(parser: str, text: str) -> None:
    check_all(text, parser)


@pytest.mark.parametrize("parser", PARSERS)
@given(data=st.data())
def test_mutilated_manifests(parser: str, data: st.DataObject) -> None:
    text = MANIFEST
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(start + 12, len(text))))
        text = text[:start] + data.draw(YAML_LIKE | FRAGMENTS) + text[end:]
    check_all(text, parser)


@given(content=st.binary(max_size=60))
def test_any_bytes(content: bytes) -> None:
    for document in read(source_of("x.yaml", content)):
        check(document)


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: " + "[" * 5_000, "yaml-too-deep"),
        ("a: " + "{a: " * 5_000, "yaml-too-deep"),
        ("".join(" " * depth + "a:\n" for depth in range(300)), "yaml-too-deep"),
        ("- " * 500 + "a", "yaml-too-deep"),
        ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)), "yaml-alias-bomb"),
        ("a0: &a0 {k: x}\n" + "".join(f"a{n}: &a{n} {{l: *a{n - 1}, r: *a{n - 1}}}\n" for n in range(1, 60)), "yaml-alias-bomb"),
        ("a: &a [" + "x, " * 1_000 + "]\nb: [" + "*a, " * 300 + "]\n", "yaml-alias-bomb"),
        ("---\n" * 20_000 + "a: [1", "yaml-syntax"),
        ("apiVersion: v1\nkind: X\nmetadata: {name: '" + "$(" * 100_000 + "'}", None),
        ("a: &a {k: v}\nb:\n" + "  <<: *a\n" * 500, None),
    ],
)
def test_bombs(parser: str, text: str, rule: str | None) -> None:
    (document,) = documents(text, parser)
    assert [problem.rule for problem in document.problems] == ([rule] if rule else [])


def test_so_many_duplicates_are_reported() -> None:
    (document,) = documents("a: b\n" * 20_000)
    assert len(document.problems) == 100


def test_memory_is_bounded_by_the_size_of_the_text() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 13))
    huge = "a: " + "x" * 2_000_000 + "\nb: |\n" + "  line\n" * 100_000
    tracemalloc.start()
    try:
        (bomb,) = documents(text)
        assert not bomb.problems
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
        (document,) = documents(huge)
        assert len(document.data["a"]) == 2_000_000
        assert tracemalloc.get_traced_memory()[1] < 20 * len(huge)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("parser", PARSERS)
def test_broken_files(parser: str) -> None:
    with using(parser):
        assert broken() == (BROKEN / "expected.txt").read_text("utf-8")

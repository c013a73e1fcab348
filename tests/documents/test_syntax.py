"""Syntax errors have plain messages at the exact place, the same with both parsers."""

import pytest
from parsers import PARSERS, documents, using


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("a:\n\tb: 1\n", "\t", "tab in the indentation"),
        ("a: b\n\tc: d\n", "\t", "tab in the indentation"),
        ("a: |\n\t  x\n", "\t", "tab in the indentation"),
        ("a: 1\n b: 2\n", "b", "`b` is indented deeper than the line above"),
        ("a:\n- b\n- c: 1\n   d: 2\n", "d", "`d` is indented deeper than the line above"),
        ("a: 'x'\n  b: 2\n", "b:", "`b:` indented by 2 spaces matches no line above it"),
        ("a: b: c\n", ":", "second `: ` in one value"),
        ("a: [b c: d: e]\n", ":", "second `: ` in one value"),
        ("a:1\nb: 2\n", ":", "missing space after the colon of `a:`"),
        ("- a:1\n  b: 2\n", ":", "missing space after the colon of `a:`"),
        ("a\nb: 2\n", "a", "`a` has no colon"),
        ("a: 1\nfoo\nb: 2\n", "foo", "`foo` is neither a key with a colon nor a list item"),
        ("a: 'x\nb: 1\n", "'", "unclosed quote '"),
        ('a: "x\nb: 1\n', '"', 'unclosed quote "'),
        ("a: 'it's'\n", "s'", "text after the closing quote"),
        ('a: "b" c d\n', "c d", "text after the closing quote"),
        ("a: [1, 2\nb: 3\n", "[", "unclosed bracket ["),
        ("a: {x: 1\nb: 3\n", "{", "unclosed bracket {"),
        ("a: [1, 2\n", "[", "unclosed bracket ["),
        ("a: [\n", "[", "unclosed bracket ["),
        ("a: ['1' 'b']\n", "'b'", "missing comma or ] before"),
        ("a: [b, c]]\n", "]", "closing bracket ] without an opening one"),
        ("a: }\n", "}", "missing value before `}`"),
        ("a: @x\n", "@x", "a value cannot start with `@`"),
        ("a: `x`\n", "`x`", "a value cannot start with"),
        ("a: %x\n", "%x", "a value cannot start with `%`"),
        ("a: [*]\n", "*", "`*` starts an alias, but no name follows"),
        ("a: &\n", "&", "`&` starts an anchor, but no name follows"),
        ("a: *x\n", "*x", "unknown alias `*x`"),
        ("a: !x!y z\n", "!x!y", "undefined tag `!x!y`"),
        ("x: &a &b c\n", "&b", "second anchor"),
        ("x: !!str !!int 1\n", "!!int", "second tag"),
        ('a: "\\q"\n', "\\q", "invalid YAML escape \\q"),
        ('a: "\\x1"\n', "\\x", "invalid YAML escape \\x"),
        ("a: |x\n  b\n", "x", "unexpected text after `|`"),
        ("a: >0\n  b\n", "0", "unexpected text after `>`"),
        ("a: - b\n", "-", "a list item cannot start on the line of its key"),
        ("a:\n  - 1\n - 2\n", "-", "list item indented by 1 space"),
        ("b: 2\n- 1\n", "-", "list item instead of a key in the mapping that starts on line 3"),
        ("- 1\nb: 2\n", "b:", "`b:` is not an item of the list that starts on line 3"),
        ("a:\n  b: 1\n c: 2\n", "c:", "`c:` indented by 1 space matches no line above it"),
        ("a: \x01\n", "\x01", "invalid control character U+0001"),
        ("ä: 𝄞\x00\n", "\x00", "invalid control character U+0000"),
        ("a: {b: c}: d\n", ":", "second `: ` in one value"),
        ("a: [1] // text\n", "// text", "`//` does not start a comment"),
        ("a: 1\n// text\nb: 1\n", "// text", "`//` does not start a comment"),
        ("// text\na: 1\n", "// text", "`//` does not start a comment"),
        ("/* text */\na: 1\n", "/* text */", "`/*` does not start a comment"),
        ("a: {b: c{1,2}}\n", "{", "missing comma or } before `{`"),
    ],
)
def test_words(parser: str, text: str, at: str, words: str) -> None:
    text = "ü: 1\n---\n" + text
    document = documents(text, parser)[1]
    (problem,) = document.problems
    span = problem.place.span()
    assert words in problem.message
    assert text[span.start : span.end] == at
    assert problem.rule == "yaml-syntax"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: {b: c{1,2}}\n", "quote the value: `{` ends it"),
        ("a: {b: c,, d: e}\n", "remove the comma, or add a value"),
        ("a:\n- b: 1\n  - c\n", "align its `-` with the item above"),
    ],
)
def test_hints(text: str, hint: str) -> None:
    document = documents(f"ü: 1\n---\n{text}", "libyaml")[1]
    assert hint in (document.problems[0].hint or "")


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "words"), [("%YAML 3.0\n---\na: 1\n", "unknown YAML version"), ("%YAML x\n---\na: 1\n", "invalid YAML directive")]
)
def test_directives(parser: str, text: str, words: str) -> None:
    (document,) = documents(text, parser)
    assert words in document.problems[0].message


def test_a_fault_is_an_error_in_kubernetes_objects_only() -> None:
    with using("libyaml"):
        severities = [document.problems[0].severity for document in documents("apiVersion: v1\na: [\n---\na: [\n")]
    assert severities == [None, "warning"]

"""Faults of syntax are told in words a person uses, at the exact place, by both parsers alike."""

import pytest
from parsers import PARSERS, documents, using


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("a:\n\tb: 1\n", "\t", "a tab stands where only spaces can"),
        ("a: b\n\tc: d\n", "\t", "a tab stands where only spaces can"),
        ("a: |\n\t  x\n", "\t", "a tab stands where only spaces can"),
        ("a: 1\n b: 2\n", "b", "`b` is indented deeper than the line above"),
        ("a:\n- b\n- c: 1\n   d: 2\n", "d", "`d` is indented deeper than the line above"),
        ("a: 'x'\n  b: 2\n", "b:", "`b:` is indented by 2 spaces, like no line above it"),
        ("a: b: c\n", ":", "a second `: ` in one value"),
        ("a: [b c: d: e]\n", ":", "a second `: ` in one value"),
        ("a:1\nb: 2\n", ":", "a space is missing after the colon of `a:`"),
        ("- a:1\n  b: 2\n", ":", "a space is missing after the colon of `a:`"),
        ("a\nb: 2\n", "a", "`a` has no colon"),
        ("a: 1\nfoo\nb: 2\n", "foo", "`foo` is neither a key with a colon nor a list item"),
        ("a: 'x\nb: 1\n", "'", "the quote ' that opens here is not closed"),
        ('a: "x\nb: 1\n', '"', 'the quote " that opens here is not closed'),
        ("a: 'it's'\n", "s'", "text stands behind the closing quote"),
        ('a: "b" c d\n', "c d", "text stands behind the closing quote"),
        ("a: [1, 2\nb: 3\n", "[", "the bracket [ that opens here is not closed"),
        ("a: {x: 1\nb: 3\n", "{", "the bracket { that opens here is not closed"),
        ("a: [1, 2\n", "[", "the bracket [ that opens here is not closed"),
        ("a: [\n", "[", "the bracket [ that opens here is not closed"),
        ("a: ['1' 'b']\n", "'b'", "a comma or ] is missing before"),
        ("a: [b, c]]\n", "]", "the bracket ] closes nothing"),
        ("a: }\n", "}", "a value is missing before `}`"),
        ("a: @x\n", "@x", "a value cannot begin with `@`"),
        ("a: `x`\n", "`x`", "a value cannot begin with"),
        ("a: %x\n", "%x", "a value cannot begin with `%`"),
        ("a: [*]\n", "*", "`*` begins an alias, and no name follows"),
        ("a: &\n", "&", "`&` begins an anchor, and no name follows"),
        ("a: *x\n", "*x", "the alias *x has no anchor &x"),
        ("a: !x!y z\n", "!x!y", "the tag `!x!y` is not defined"),
        ("x: &a &b c\n", "&b", "a second anchor"),
        ("x: !!str !!int 1\n", "!!int", "a second tag"),
        ('a: "\\q"\n', "\\q", "\\q is no escape of YAML"),
        ('a: "\\x1"\n', "\\x", "\\x is no escape of YAML"),
        ("a: |x\n  b\n", "x", "behind `|` the line must end"),
        ("a: >0\n  b\n", "0", "behind `>` the line must end"),
        ("a: - b\n", "-", "a list item cannot begin on the line of its key"),
        ("a:\n  - 1\n - 2\n", "-", "the list item is indented by 1 space"),
        ("b: 2\n- 1\n", "-", "a list item stands where a key must; the mapping began on line 3"),
        ("- 1\nb: 2\n", "b:", "`b:` stands among the items of a list that began on line 3"),
        ("a:\n  b: 1\n c: 2\n", "c:", "`c:` is indented by 1 space, like no line above it"),
        ("a: \x01\n", "\x01", "the control character U+0001"),
        ("ä: 𝄞\x00\n", "\x00", "the control character U+0000"),
        ("a: {b: c}: d\n", ":", "a second `: ` in one value"),
        ("a: [1] // text\n", "// text", "`//` does not start a comment"),
        ("a: 1\n// text\nb: 1\n", "// text", "`//` does not start a comment"),
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


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "words"), [("%YAML 3.0\n---\na: 1\n", "version of YAML"), ("%YAML x\n---\na: 1\n", "no directive")]
)
def test_directives(parser: str, text: str, words: str) -> None:
    (document,) = documents(text, parser)
    assert words in document.problems[0].message


def test_a_fault_is_an_error_in_kubernetes_objects_only() -> None:
    with using("libyaml"):
        severities = [document.problems[0].severity for document in documents("apiVersion: v1\na: [\n---\na: [\n")]
    assert severities == [None, "warning"]

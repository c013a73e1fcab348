"""CEL: valid expressions are accepted, broken ones are reported, and no text makes the parser fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.cel import expression_fault

LEAVES = st.one_of(
    st.sampled_from(
        [
            "a",
            "_b1",
            ".pkg",
            "true",
            "null",
            "'x'",
            '"y\\n"',
            "r'\\d'",
            "b'z'",
            "'''a\nb'''",
            "1",
            "2u",
            "0xF",
            "1.5",
            ".5",
            "1e9",
            "[]",
            "{}",
        ]
    ),
    st.from_regex(r"[a-z]{1,5}", fullmatch=True).filter(lambda name: name not in RESERVED),
)
RESERVED = ("as", "const", "else", "false", "for", "if", "in", "let", "loop", "null", "true", "var", "void", "while", "break")


def bigger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.sampled_from(["||", "&&", "<", "<=", ">", ">=", "==", "!=", "in", "+", "-", "*", "/", "%"])
    return st.one_of(
        st.builds("{} {} {}".format, smaller, binary, smaller), st.builds("{} ? ({}) : {}".format, smaller, smaller, smaller),
        st.builds("!({})".format, smaller), st.builds("-({})".format, smaller), st.builds("({}).size()".format, smaller),
        st.builds("f({}, {})".format, smaller, smaller), st.builds("({})[{}]".format, smaller, smaller),
        st.builds("[{}, {},]".format, smaller, smaller), st.builds("{{{}: {}}}".format, smaller, smaller),
        st.builds("a.B{{c: {}}}".format, smaller), st.builds("x.all(i, {}) // said".format,
        smaller).map(lambda text: f"{text}\n"),
    )  # fmt: skip


@given(st.recursive(LEAVES, bigger, max_leaves=12))
def test_expressions_are_read(text: str) -> None:
    assert expression_fault(text) is None
    assert expression_fault(f"({text}")
    assert expression_fault(f"{text} &&")
    assert expression_fault(f"{text} )")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"), ("  // nothing", "empty"), ("a &&", "unexpected end"), ("a and b", "unexpected `and`"),
        ("a = b", "is not a valid token"), ("'a",
        "`'a`"),
        ("f(a,)", "argument"), ("a.", "unexpected end"), ("a.in", "`in`"), ("while", "`while`"), ("[1", "`]` is missing"), ("{1}",
        "`:`"),
        ("a ? b", "`:` is missing"), ("'\\q'", "escape"), ("a[", "unexpected end"), ("a b", "`b`"), ("#", "`#`"), ("`a`", "`a`"),
    ],
)  # fmt: skip
def test_no_expressions(text: str, words: str) -> None:
    assert words in (expression_fault(text) or "")


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert expression_fault(text) != ""


def test_what_is_nested_beyond_measure_is_let_pass() -> None:
    assert expression_fault("(" * 5000) is None
    assert expression_fault("[" * 5000 + "]" * 5000) is None

"""Untrusted text on one line."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.findings.escape import as_json, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain `text` é 見", "plain `text` é 見"),
        ("a\r\n\tb", "a\\r\\n\\tb"),
        ("\x1b[31m\x07\x9b", "\\x1b[31m\\x07\\x9b"),
        ("\u202eevil\u2028", "\\u202eevil\\u2028"),
        ("\ud800\U000e0001", "\\ud800\\U000e0001"),
        ("## [a] # [b]", "## [a] # [b]"),
        ("a ##[add-mask]b", "a #\\x23[add-mask]b"),
        ("###vso[task.complete]", "##\\x23vso[task.complete]"),
    ],
)
def test_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters(codec=None)))
def test_the_outcome_is_printable_and_stays_so(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown
    assert shown == text or not text.isprintable() or "##" in text


@given(st.text(st.sampled_from("#[v\t\\")), st.integers(0, 20))
def test_no_command_of_a_build_server_is_left(text: str, indent: int) -> None:
    assert not re.search(r"##\w*\[", printable(text))
    written = as_json({text: text}, indent=indent)
    assert not re.search(r"##\w*\[", written)
    assert json.loads(written) == {text: text}

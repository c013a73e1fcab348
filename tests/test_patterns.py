"""Patterns that are compiled when they are first used."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.patterns import late

TEXTS = st.text("aA1-\n ", max_size=20)


@given(TEXTS, st.sampled_from(["a", "(a|1)+", "^-", "a$"]), st.sampled_from([0, re.IGNORECASE, re.MULTILINE]))
def test_finds_what_a_compiled_pattern_finds(text: str, pattern: str, flags: int) -> None:
    compiled = re.compile(pattern, flags)
    assert late(pattern, flags).findall(text) == compiled.findall(text)
    assert late(pattern, flags).sub("x", text) == compiled.sub("x", text)
    assert bool(late(pattern, flags).match(text)) == bool(compiled.match(text))


def test_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    compiled = re.compile
    monkeypatch.setattr(re, "compile", lambda text, flags: calls.append(text) or compiled(text, flags))
    pattern = late("a+")
    assert not calls
    assert pattern.fullmatch("aa")
    assert pattern.search("ba")
    assert pattern.pattern == "a+"
    assert calls == ["a+"]


def test_rejects_what_is_no_pattern_when_it_is_used() -> None:
    with pytest.raises(re.error):
        late("(").match("")

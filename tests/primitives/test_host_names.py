"""Host names: the edges of Istio's grammar, and names put together by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.hosts import is_label, is_partial_wildcard, name_fault, pattern_fault, subset_sni_fault

LABELS = st.from_regex(r"[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?", fullmatch=True)
ENDINGS = LABELS.filter(lambda label: not label.isdigit())
NAMES = st.builds(lambda labels, end: ".".join([*labels, end]), st.lists(LABELS, max_size=2), ENDINGS)


@given(NAMES)
def test_names_of_labels(name: str) -> None:
    assert name_fault(name) is None
    assert name_fault(name + ".") is None
    assert pattern_fault(name) is None
    assert pattern_fault("*." + name) is None


@given(NAMES, st.sampled_from("_ /:*%~"), st.integers(0, 60))
def test_a_strange_character_spoils_a_name(name: str, strange: str, at: int) -> None:
    at %= len(name)
    assert name_fault(name[:at] + strange + name[at:])
    assert pattern_fault(name[: at + 1] + strange + name[at + 1 :])


@given(st.text(max_size=300))
def test_every_text_has_an_answer(text: str) -> None:
    fault = name_fault(text)
    assert fault is None or fault
    if fault is None:
        assert pattern_fault(text) is None


@pytest.mark.parametrize("name", ["foo", "foo.", "Foo.Bar", "1.2.3.x", "a-b.c"])
def test_names(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize("name", ["", ".", "123", "1.2.3.4", "foo.+1", "-a", "a-", "a..b", ".a", "a_b", "*.foo", "a" * 64, "é"])
def test_no_names(name: str) -> None:
    assert name_fault(name)


@pytest.mark.parametrize("pattern", ["*", "*foo", "*-foo.bar", "*.foo.bar", "foo", "123", "foo."])
def test_patterns(pattern: str) -> None:
    assert pattern_fault(pattern) is None


@pytest.mark.parametrize("pattern", ["", "foo.*", "*.*", "a*.b", "**.a", "*..a", "*_a.b", "*.1", "*" + "a" * 63])
def test_no_patterns(pattern: str) -> None:
    assert pattern_fault(pattern)


def test_longest() -> None:
    name = ".".join(["a" * 63] * 3 + ["b" * 63])
    assert len(name) == 255
    assert name_fault(name) is None
    assert name_fault("a" + name)
    assert is_label("a" * 63)
    assert not is_label("a" * 64)


@pytest.mark.parametrize(("pattern", "partial"), [("*", False), ("*.a", False), ("a.b", False), ("*a.b", True), ("*-a.b", True)])
def test_partial_wildcards(pattern: str, partial: bool) -> None:
    assert is_partial_wildcard(pattern) is partial


@given(st.integers(1, 65535), st.one_of(st.just(""), LABELS), NAMES.filter(lambda name: any(map(str.isalpha, name))))
def test_sni_of_subsets(port: int, subset: str, host: str) -> None:
    assert subset_sni_fault(f"outbound_.{port}_.{subset}_.{host}") is None
    assert subset_sni_fault(f"outbound_.{port}_.{host}")
    assert subset_sni_fault(f"inbound_.{port}_.{subset}_.{host}")
    assert subset_sni_fault(f"outbound_.http_.{subset}_.{host}")
    assert subset_sni_fault(f"outbound_.{port}_.{subset}_.10.0.0.1")

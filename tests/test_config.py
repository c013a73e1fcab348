"""The configuration file: what is told about one that cannot be used. (How the command finds and uses it: tests/cli.)"""

from json import dumps
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.config import Config, ConfigError, load


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("istio-version: 1.30", ":1:16: `istio-version` must be text, not 1.3; put quotes around it"),
        ("istio-version: latest", ':1:16: `istio-version` must be a release of Istio, such as "1.30", not "latest"'),
        ("\nselect: duplicate-key", ':2:9: `select` must be a list, such as `[one, two]`, not "duplicate-key"'),
        ("select: [a, 2]", ":1:13: `select` must be text, not 2; put quotes around it"),
        ("context: [[a]]", ':1:11: `context` must be text, not ["a"]'),
        ("fail-on: errors", ':1:10: `fail-on` must be one of error, warning, info, not "errors"'),
        ('whole-mesh: "yes"', ':1:13: `whole-mesh` must be true or false, not "yes"'),
        ("environments:\n  live: [a]", ':2:9: `live` must be a mapping, not ["a"]'),
        ("environments: {live: {namespace: [a]}}", ":1:23: unknown setting `namespace`; did you mean `namespaces`?"),
        ("5", ":1:1: the file must be a mapping, not 5"),
        (f"select: {'a' * 100}", ":1:9: `select` must be a list, such as `[one, two]`"),
    ],
)
def test_words_for_faults(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value) == f"{path}{words}"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["select", "namespaces", "é"]), inner, max_size=3)
    ),
    max_leaves=6,
)
SETTINGS = ["select", "fail-on", "istio-version", "context", "whole-mesh", "clusters", "environments", "selct"]


@given(st.dictionaries(st.sampled_from(SETTINGS), VALUES, max_size=2))
def test_any_settings_are_taken_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, settings: dict[str, object]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(dumps(settings), "utf-8")
    try:
        assert isinstance(load(path), Config)
    except ConfigError as error:
        assert str(error).startswith(f"{path}:1:")  # noqa: PT017 - either is right

"""The configuration file: what is reported about one that cannot be used. (How the command finds and uses it: tests/cli.)"""

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
        ("select: [ALL, 2]", ":1:15: `select` must be text, not 2; put quotes around it"),
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


def test_all_problems_are_reported_in_order(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(
        "ignore: [duplicate-kye, IST0101]\nselekt: [ALL]\nistio-version: '1.99'\nexclude: [a, '!', '[z-a]']\n"
        "severity: {unknown-field: of}\nenvironments: {live: {severity: {nothing-such: error}, path: [a]}}\n"
        "per-path-ignores: {'[z-a]': [IST0101]}\n",
        "utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert [problem.removeprefix(str(path)).partition(";")[0] for problem in caught.value.problems] == [
        ":1:10: unknown rule `duplicate-kye`",
        ":2:1: unknown setting `selekt`",
        ":3:16: unsupported Istio version `1.99`",
        ":4:14: invalid pattern `!`",
        ":4:19: invalid pattern `[z-a]`",
        ':5:27: `unknown-field` must be one of error, warning, info, off, not "of"',
        ":6:34: unknown rule `nothing-such`",
        ":6:56: unknown setting `path`",
        ":7:20: invalid pattern `[z-a]`",
    ]
    assert caught.value.lines[0] == "9 errors in the configuration:"


def test_editors_may_name_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("$schema: https://shop.example/istiolint-config.schema.json\nroot: true\n", "utf-8")
    assert load(path).is_root


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

"""Strategies and lint runs that the tests of Istio's own validation share."""

import json
from collections.abc import Iterable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from istiolint.engine.lint import lint
from istiolint.settings import Settings
from istiolint.sources import Source

TOGETHER = 10
"""So many resources are linted in one go: 500 of them stay quick."""
FIVE_HUNDRED = settings(max_examples=500 // TOGETHER, deadline=None)
FEW = settings(max_examples=5, deadline=None)

LABELS = st.from_regex(r"[a-z]([-a-z0-9]{0,8}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(LABELS, min_size=2, max_size=3).map(".".join)
PORTS = st.integers(1, 65535)
DURATIONS = st.one_of(st.integers(1, 10**5).map("{}ms".format), st.integers(1, 600).map("{}s".format), st.just("1h30m"))


def many(strategy: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lists of resources, to be linted together."""
    return st.lists(strategy, min_size=TOGETHER, max_size=TOGETHER)


def rules_of(*made: dict[str, Any]) -> set[str]:
    """The rules of the categories validation and schema with findings in resources, each in its own file."""
    return {rule for rule, _, _ in findings(made)}


def errors(made: Iterable[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """The findings of severity error, as `findings` gives them."""
    return [found for found in findings(made) if found[1] == "error"]


def findings(made: Iterable[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Rule, severity and message of what is found in resources, each in a folder of its own, which keeps them apart."""
    sources = [Source(f"{index}/a.yaml", json.dumps(one)) for index, one in enumerate(made)]
    report = lint(sources, Settings(select=("validation", "schema", "unknown-mesh-setting")))
    assert not report.internal_errors
    return [(found.rule, str(found.severity), found.message) for found in report.diagnostics]


def put(node: Any, field: str, value: Any) -> None:
    """Write a value at a path such as `http.0.match`, making the mappings on the way."""
    *parents, last = field.split(".")
    for parent in parents:
        node = node[int(parent)] if isinstance(node, list) else node.setdefault(parent, {})
    node[int(last) if isinstance(node, list) else last] = value

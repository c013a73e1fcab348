"""No rule fails, whatever stands where: the examples of all rules, with one value after another replaced by an odd one."""

import json
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from istiolint.documents import read
from istiolint.engine import lint
from istiolint.rulebook import pages
from istiolint.settings import Settings
from istiolint.sources import Source

SCALARS = [None, True, False, 0, -1, 80, 1.5, float("inf"), 10**30, "", "*", ".", "a/b/c", "x" * 300]
COLLECTIONS = [[], {}, [[]], [None], [{}], {"": None}, {"a": [1]}, ["a", 1, {"b": "c"}]]
ODD = st.sampled_from([*SCALARS, *COLLECTIONS])


@cache
def examples() -> list[list[Any]]:
    """The documents of each example that has resources, as data."""
    texts = ["\n---\n".join(example.files.values()) for page in pages().values() for example in page.examples()]
    found = [[document.data for document in read(Source("a.yaml", text)) if isinstance(document.data, dict)] for text in texts]
    return [documents for documents in found if documents]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values in a tree, the root left out."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [place for key, child in children for place in places(child, (*path, key))]
    return [path, *below] if path else below


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The tree with another value at a path."""
    if not path:
        return new
    step, *rest = path
    if isinstance(value, dict):
        return {key: replaced(child, tuple(rest), new) if key == step else child for key, child in value.items()}
    return [replaced(child, tuple(rest), new) if index == step else child for index, child in enumerate(value)]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_no_rule_fails(data: st.DataObject) -> None:
    documents = data.draw(st.sampled_from(examples()))
    for _ in range(data.draw(st.integers(1, 3))):
        documents = replaced(documents, data.draw(st.sampled_from(places(documents))), data.draw(ODD))
    texts = [json.dumps(document).replace("Infinity", ".inf") for document in documents]
    report = lint([Source("a.yaml", "\n---\n".join(texts))], Settings(select=("ALL",), whole_mesh=data.draw(st.booleans())))
    assert not report.internal_errors

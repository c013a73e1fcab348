"""No rule crashes on odd values: the examples of all rules, with one value after another replaced."""

import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
from replacing import places, replaced

from istiolint.documents import read
from istiolint.engine.lint import lint
from istiolint.rules.pages import pages
from istiolint.settings import Settings
from istiolint.sources import Source

SCALARS = [None, True, False, 0, -1, 80, 1.5, float("inf"), 10**30, "", "*", ".", "a/b/c", "x" * 300, "9" * 5000, "²"]
COLLECTIONS = [[], {}, [[]], [None], [{}], {"": None}, {"a": [1]}, {"9" * 5000: {"mode": "STRICT"}}, ["a", 1, {"b": "c"}]]
ODD = [*SCALARS, *COLLECTIONS]


@cache
def examples() -> list[list[Any]]:
    """The documents of each example that has resources, as data."""
    texts = ["\n---\n".join(example.files.values()) for page in pages().values() for example in page.examples()]
    found = [[document.data for document in read(Source("a.yaml", text)) if isinstance(document.data, dict)] for text in texts]
    return [documents for documents in found if documents]


def variants(documents: list[Any], random: Random, count: int) -> Iterator[list[Any]]:
    """Some documents with one to three values replaced."""
    for _ in range(count):
        changed = documents
        for _ in range(random.randint(1, 3)):
            changed = replaced(changed, random.choice(places(changed)), random.choice(ODD))
        yield changed


@pytest.mark.parametrize("number", range(len(examples())))
def test_no_rule_fails(number: int) -> None:
    """Seeded by the example, so that a failure comes again."""
    random = Random(number)
    for documents in variants(examples()[number], random, count=6):
        texts = [json.dumps(document).replace("Infinity", ".inf") for document in documents]
        report = lint([Source("a.yaml", "\n---\n".join(texts))], Settings(select=("ALL",), whole_mesh=random.random() < 0.5))
        assert not report.internal_errors, texts

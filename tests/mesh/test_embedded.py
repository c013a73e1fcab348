"""YAML in strings: its positions are those of the file."""

import json

import pytest

from istiolint.documents import read
from istiolint.resources.cursor import Cursor
from istiolint.resources.embedded import embedded
from istiolint.sources import Source

INNER = "trustDomain: a\ndefaultConfig:\n  tracing: {sampling: 5}\n"
BLOCK = "".join(f"    {line}\n" for line in INNER.splitlines())


def root(text: str) -> Cursor:
    (document,) = read(Source("mesh.yaml", text))
    found = embedded(Cursor(document, (), document.data)["data"]["mesh"])
    assert found is not None
    return found


@pytest.mark.parametrize(
    "written",
    [
        f"data:\n  mesh: |\n{BLOCK}",
        f"data:\n  mesh: |-\n{BLOCK}  other: 1\n",
        f"data:\r\n  mesh: |\r\n{BLOCK}".replace("\r\n", "\n").replace("\n", "\r\n"),
        f"data:\n  mesh: {json.dumps(INNER)}\n",
        json.dumps({"data": {"mesh": INNER}}),
        "data: {mesh: '{defaultConfig: {tracing: {sampling: 5}}}'}",
        "data:\n  mesh: !!str &m \"\\u0064efaultConfig: {tracing: {sampling: 5}}\"\n",
    ],
    ids=["block", "block before a key", "CRLF", "escapes", "JSON", "quotes", "tag"],
)  # fmt: skip
def test_positions_are_those_of_the_file(written: str) -> None:
    sampling = root(written)["defaultConfig"]["tracing"]["sampling"]
    span = sampling.place.span()
    assert (span.source.text, span.text) == (written, "5")
    assert sampling.key.span().text == "sampling"


@pytest.mark.parametrize("written", ["mesh: >-\n    a: 1\n\n    b: 2\n", 'mesh: "a: 1\n\n    b: 2"\n'])
def test_folded_scalars_have_one_position(written: str) -> None:
    value = root(f"data:\n  {written}")["b"]
    assert value.value == 2
    assert value.place.span().begins.line == 2

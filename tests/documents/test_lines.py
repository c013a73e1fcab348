"""Lines outside of block scalars, compared with what the parser says of texts that parse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.documents.events import events
from istiolint.documents.lines import outside_blocks


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("a: |\n  x\n\n  y\nb: 1\n", ["a: |", "b: 1"]),
        ("a:\n  b: >-\n    x\n  c: d\n", ["a:", "  b: >-", "  c: d"]),
        ("- |\n x\n- y\n", ["- |", "- y"]),
        ("- a: |\n    x\n  b: y\n", ["- a: |", "  b: y"]),
        ("- - |\n    x\n  - y\n", ["- - |", "  - y"]),
        ("a: !!str |2- # note\n   x\nb: 1\n", ["a: !!str |2- # note", "b: 1"]),
        ("a: x |\n  y\n", ["a: x |", "  y"]),
        ("# a: |\n  b: 1\n", ["# a: |", "  b: 1"]),
        ("a: |\r\n  x\r\nb: 1\r\n", ["a: |", "b: 1"]),
        ("{{ if x }}\na: |\n  {{ y }}\n{{ end }}\n", ["{{ if x }}", "a: |", "{{ end }}"]),
    ],
)
def test_lines_outside_of_block_scalars(text: str, outside: list[str]) -> None:
    lines = list(outside_blocks(text))
    assert [line.text for line in lines] == outside
    assert all(text.startswith(line.text, line.start) for line in lines)


VALUES = st.recursive(
    st.sampled_from(["x", "|\n", ">-\n"]),
    lambda children: st.lists(children, min_size=1, max_size=3) | st.dictionaries(st.sampled_from("abc"), children, min_size=1),
    max_leaves=8,
)


def written(value: object, indent: int) -> str:
    pad = " " * indent
    if isinstance(value, str):
        return f" {value.rstrip()}\n" + (f"{pad} block\n" if "\n" in value else "")
    if isinstance(value, list):
        return "\n" + "".join(f"{pad}-{written(item, indent + 2)}" for item in value)
    assert isinstance(value, dict)
    return "\n" + "".join(f"{pad}{key}:{written(item, indent + 1)}" for key, item in value.items())


@given(VALUES)
def test_the_parser_agrees(value: object) -> None:
    text = written(value, 0)
    blocks = [
        text[event.start_mark.index : event.end_mark.index]
        for event in events(text)
        if getattr(event, "style", None) in ("|", ">")
    ]
    assert sum("block" in line.text for line in outside_blocks(text)) == 0
    assert text.count("block") == len(blocks)

"""Positions in the units of an editor, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from istiolint.server.positions import Positions
from istiolint.sources import Source

TEXTS = st.text(st.sampled_from("a: \t\r\nä€𝒳\u2028\x85\ud800"), max_size=40)
ENCODINGS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
WIDTH = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
@given(text=TEXTS, data=st.data())
def test_positions_lead_back_to_the_offset(encoding: str, text: str, data: st.DataObject) -> None:
    source, positions = Source("a.yaml", text), Positions(encoding)
    offset = data.draw(st.integers(0, len(text)))
    position = positions.position(source, offset)
    within_line_end = offset > source.line_starts[position.line] + len(source.line(position.line + 1))
    if not within_line_end:
        assert positions.offset(source, position) == offset
    before = text[source.line_starts[position.line] : offset]
    assert position.character == len(before.encode(ENCODINGS[encoding], "surrogatepass")) // WIDTH[encoding]


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
@given(text=TEXTS, line=st.integers(0, 60), character=st.integers(0, 60))
def test_every_position_has_an_offset_in_its_line(encoding: str, text: str, line: int, character: int) -> None:
    source = Source("a.yaml", text)
    offset = Positions(encoding).offset(source, types.Position(line, character))
    assert 0 <= offset <= len(text)
    if line < len(source.line_starts):
        assert source.line_starts[line] <= offset
        assert offset <= source.line_starts[line] + len(source.line(line + 1))

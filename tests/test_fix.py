"""Fixes become text edits that change what they say and nothing else."""

from istiolint.documents import read
from istiolint.finding import Fix, Place, Rename
from istiolint.fix import text_edits
from istiolint.sources import Source


def test_rename_touches_the_key_only() -> None:
    text = "spec:\n  timout: 5s # slow\n"
    (document,) = read(Source("a.yaml", text))
    (edit,) = text_edits(Fix("rename", (Rename(Place(document, ("spec", "timout")), "timeout"),)))
    assert text[edit.span.start : edit.span.end] == "timout"
    assert edit.text == "timeout"

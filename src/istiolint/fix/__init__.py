"""Fixes to text: edits at symbolic places become edits of characters that leave every other byte as it is."""

from istiolint.fix.apply import fixed, mend
from istiolint.fix.text import TextEdit, text_edits

__all__ = ["TextEdit", "fixed", "mend", "text_edits"]

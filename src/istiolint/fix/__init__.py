"""Fixes to text: edits at symbolic places become edits of characters that leave every other byte as it is."""

from istiolint.fix.apply import apply
from istiolint.fix.mend import Mended, mend
from istiolint.fix.text import TextEdit, text_edits

__all__ = ["Mended", "TextEdit", "apply", "mend", "text_edits"]

"""Fixes to text: edits at symbolic places become edits of characters that keep every other byte."""

from istiolint.fix.apply import apply
from istiolint.fix.fix_all import FixResult, fix_all
from istiolint.fix.text import TextEdit, text_edits

__all__ = ["FixResult", "TextEdit", "apply", "fix_all", "text_edits"]

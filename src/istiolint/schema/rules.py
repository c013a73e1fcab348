"""The rules about what a kind allows, one id a kind of mistake."""

from istiolint.rules import declare

UNKNOWN_FIELD = declare("unknown-field", severity="error", category="schema", fixable=True)

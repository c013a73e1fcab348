"""The rules about what a kind allows, one id a kind of mistake."""

from istiolint.rules import declare

UNKNOWN_FIELD = declare("unknown-field", severity="error", category="schema", fixable=True)
MISPLACED_FIELD = declare("misplaced-field", severity="error", category="schema", fixable=True)
REMOVED_FIELD = declare("removed-field", severity="error", category="schema", fixable=True)
FIELD_NEEDS_NEWER_ISTIO = declare("field-needs-newer-istio", severity="error", category="schema")

"""The rules about suppressions themselves."""

from istiolint.rules import declare

UNUSED = declare("unused-suppression", severity="warning", category="suppression", fixable=True)
UNKNOWN = declare("unknown-suppression", severity="warning", category="suppression", fixable=True)

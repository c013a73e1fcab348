"""The rules about suppressions themselves."""

from istiolint.rules.check import declare

UNUSED = declare("unused-suppression", severity="warning", topic="suppression", fixable=True)
UNKNOWN = declare("unknown-suppression", severity="warning", topic="suppression", fixable=True)

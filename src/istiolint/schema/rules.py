"""The rules about what a kind allows, one id a kind of mistake."""

from istiolint.rules import declare

_REFUSED = ("IST0106",)
"""istioctl has one code for all that Istio's own validation refuses."""

UNKNOWN_FIELD = declare("unknown-field", severity="error", category="schema", fixable=True, rows=["PIPE-03", "PIPE-04", "DEC-01"])
MISPLACED_FIELD = declare("misplaced-field", severity="error", category="schema", fixable=True)
REMOVED_FIELD = declare("removed-field", severity="error", category="schema", fixable=True)
FIELD_NEEDS_NEWER_ISTIO = declare("field-needs-newer-istio", severity="error", category="schema")

WRONG_API_VERSION = declare("wrong-api-version", severity="error", category="schema", fixable=True)
RETIRED_API = declare("retired-api", severity="error", category="schema")
UNKNOWN_KIND = declare("unknown-kind", severity="error", category="schema", fixable=True)

WRONG_TYPE = declare("wrong-type", severity="error", category="schema", fixable=True, rows=["DEC-04", "DEC-05", "DEC-06"])
UNKNOWN_VALUE = declare("unknown-value", severity="error", category="schema", fixable=True, rows=["DEC-03", "SC-48"])
MISSING_FIELD = declare("missing-field", severity="error", category="schema", codes=_REFUSED, rows=["DEC-11", "GW-14", "SC-04"])
NULL_VALUE = declare("null-value", severity="warning", category="schema")
OUT_OF_RANGE = declare("out-of-range", severity="error", category="schema", codes=_REFUSED, rows=["DEC-12"])
INVALID_VALUE = declare("invalid-value", severity="error", category="schema", codes=_REFUSED, rows=["DEC-09", "GT-14"])
DUPLICATE_ITEM = declare("duplicate-item", severity="error", category="schema", codes=_REFUSED)
MISSING_NAME = declare("missing-name", severity="error", category="schema")
INVALID_NAME = declare("invalid-name", severity="error", category="schema")

CONFLICTING_FIELDS = declare(
    "conflicting-fields", severity="error", category="validation", codes=_REFUSED, rows=["DEC-08", "P-33"]
)
INVALID_DURATION = declare(
    "invalid-duration", severity="error", category="validation", codes=_REFUSED, fixable=True, rows=["DEC-02", "P-12"]
)
INVALID_URL = declare("invalid-url", severity="error", category="validation", codes=_REFUSED)
WILDCARD_IN_SELECTOR = declare(
    "wildcard-in-selector", severity="error", category="validation", codes=_REFUSED, rows=["P-30", "P-31", "SC-01"]
)
CROSS_NAMESPACE_TARGET = declare("cross-namespace-target", severity="error", category="validation", codes=_REFUSED)
CONFLICTING_RESOLUTION = declare("conflicting-resolution", severity="error", category="validation", codes=_REFUSED)

BY_ID = {
    rule.id: rule
    for rule in (
        CONFLICTING_FIELDS, CONFLICTING_RESOLUTION, CROSS_NAMESPACE_TARGET, DUPLICATE_ITEM, INVALID_DURATION, INVALID_NAME,
        INVALID_URL, INVALID_VALUE, MISSING_FIELD, MISSING_NAME, OUT_OF_RANGE, WILDCARD_IN_SELECTOR,
    )
}  # fmt: skip
"""The rules that a schema may name in `x-rule`."""

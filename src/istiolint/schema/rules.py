"""The rules about what a kind allows, one id a kind of mistake."""

from istiolint.rules.check import declare

_REFUSED = ("IST0106",)
"""istioctl has one code for everything that Istio's validation rejects."""

_ROWS = {
    rule: checks.split()
    for rule, checks in {
        "unknown-field": "PIPE-03 PIPE-04 DEC-01",
        "wrong-type": "DEC-04 DEC-05 DEC-06",
        "unknown-value": "DEC-03 WG-09 SC-48",
        "missing-field": (
            "TL-06 TX-01 TX-02 DEC-11 VS-88 VS-110 VS-120 VS-122 SE-15 WE-01 WG-01 WG-12 GW-14 SC-04 DR-03 LB-01 "
            "LB-02 LB-12 TP-08 RA-10 PA-01 AP-32"
        ),
        "out-of-range": (
            "TL-11 WP-14 PC-02 DEC-12 VS-49 VS-96 VS-127 VS-132 D-4 SE-12 SE-13 SE-29 WE-07 WG-03 WG-04 WG-05 "
            "WG-06 WG-07 WG-08 WG-11 LB-13 PA-03"
        ),
        "invalid-value": (
            "TL-04 TL-08 TL-13 TL-14 TL-15 WP-04 WP-07 WP-08 WP-09 WP-10 WP-11 TX-02 TX-03 DEC-09 SE-04 SE-05 "
            "SE-28 WE-03 WE-06 GT-14 PA-02 AP-25 P-32 RA-04 RA-10 RA-11 RA-12 RA-13 RA-14 P-24"
        ),
        "conflicting-fields": "TL-07 WP-13 TX-01 DEC-08 SE-03 WE-04 P-33 AP-01 AP-22 RA-01 TL-01 WP-01",
        "invalid-duration": (
            "DEC-02 P-12 VS-72 VS-81 VS-102 VS-103 VS-109 OD-01 OD-02 CP-07 CP-09 CP-10 CP-12 CP-13 CP-15 CP-16 LB-12 RA-15"
        ),
        "conflicting-resolution": "SE-09 SE-17 SE-24",
        "duplicate-item": "WP-12 TX-04 SE-10 SE-11",
        "invalid-url": "WP-05 WP-06 RA-06 RA-07",
        "wildcard-in-selector": "P-30 P-31 SC-01 DR-08 SE-01 PA-04 RA-02 AP-02 TL-02 WP-02 PC-01 EF-02",
        "cross-namespace-target": "P-32 AP-03 RA-03 TL-03 WP-03",
    }.items()
}
"""The checks of Istio's own validation that the API server makes first, by what the schema says."""

UNKNOWN_FIELD = declare("unknown-field", severity="error", topic="schema", fixable=True, rows=_ROWS["unknown-field"])
MISPLACED_FIELD = declare("misplaced-field", severity="error", topic="schema", fixable=True)
REMOVED_FIELD = declare("removed-field", severity="error", topic="schema", fixable=True)
FIELD_NEEDS_NEWER_ISTIO = declare("field-needs-newer-istio", severity="error", topic="schema")

WRONG_API_VERSION = declare("wrong-api-version", severity="error", topic="schema", fixable=True)
RETIRED_API = declare("retired-api", severity="error", topic="schema", fold="installation")
RETIRED_KUBERNETES_API = declare("retired-kubernetes-api", severity="error", topic="schema")
UNKNOWN_KIND = declare("unknown-kind", severity="error", topic="schema", fixable=True)

WRONG_TYPE = declare("wrong-type", severity="error", topic="schema", fixable=True, rows=_ROWS["wrong-type"])
UNKNOWN_VALUE = declare("unknown-value", severity="error", topic="schema", fixable=True, rows=_ROWS["unknown-value"])
MISSING_FIELD = declare("missing-field", severity="error", topic="schema", codes=_REFUSED, rows=_ROWS["missing-field"])
NULL_VALUE = declare("null-value", severity="warning", topic="schema")
OUT_OF_RANGE = declare("out-of-range", severity="error", topic="schema", codes=_REFUSED, rows=_ROWS["out-of-range"])
INVALID_VALUE = declare("invalid-value", severity="error", topic="schema", codes=_REFUSED, rows=_ROWS["invalid-value"])
DUPLICATE_ITEM = declare("duplicate-item", severity="error", topic="schema", codes=_REFUSED, rows=_ROWS["duplicate-item"])
MISSING_NAME = declare("missing-name", severity="error", topic="schema")
INVALID_NAME = declare("invalid-name", severity="error", topic="schema")

CONFLICTING_FIELDS = declare(
    "conflicting-fields", severity="error", topic="schema", codes=_REFUSED, rows=_ROWS["conflicting-fields"]
)
INVALID_DURATION = declare(
    "invalid-duration", severity="error", topic="schema", codes=_REFUSED, fixable=True, rows=_ROWS["invalid-duration"]
)
INVALID_URL = declare("invalid-url", severity="error", topic="schema", codes=_REFUSED, rows=_ROWS["invalid-url"])
WILDCARD_IN_SELECTOR = declare(
    "wildcard-in-selector", severity="error", topic="schema", codes=_REFUSED, rows=_ROWS["wildcard-in-selector"]
)
CROSS_NAMESPACE_TARGET = declare(
    "cross-namespace-target", severity="error", topic="schema", codes=_REFUSED, rows=_ROWS["cross-namespace-target"]
)
CONFLICTING_RESOLUTION = declare(
    "conflicting-resolution", severity="error", topic="schema", codes=_REFUSED, rows=_ROWS["conflicting-resolution"]
)

BY_ID = {
    rule.id: rule
    for rule in (
        CONFLICTING_FIELDS, CONFLICTING_RESOLUTION, CROSS_NAMESPACE_TARGET, DUPLICATE_ITEM, INVALID_DURATION, INVALID_NAME,
        INVALID_URL, INVALID_VALUE, MISSING_FIELD, MISSING_NAME, OUT_OF_RANGE, WILDCARD_IN_SELECTOR,
    )
}  # fmt: skip
"""The rules that a schema may name in `x-rule`."""

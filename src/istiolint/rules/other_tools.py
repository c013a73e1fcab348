"""Codes of `istioctl analyze` and Kiali without a rule, with the reason; `istiolint explain CODE` shows it."""

RETIRED = "Retired: istioctl no longer defines it."
UNUSED = "istioctl defines it, but no longer reports it."

DEFINITIONS = """`istioctl x precheck` asks the cluster which versions its Gateway API serves. For definitions that are in the
files see `gateway-api-bundle-too-old`.""".replace("\n", " ")

UNSUPPORTED_CODES: dict[str, str] = {
    "IST0001": "An error inside istioctl. A check of istiolint that fails is reported as an internal error, with exit status 2.",
    **dict.fromkeys(
        ("IST0104", "IST0105", "IST0113", "IST0114", "IST0115", "IST0117", "IST0119", "IST0120", "IST0121", "IST0122", "IST0124"),
        RETIRED,
    ),
    "IST0141": "`istioctl x precheck` asks the API server whether you may install Istio; manifests do not show that.",
    "IST0142": "`istioctl x precheck` asks the API server for its version; manifests do not show that.",
    "IST0143": UNUSED,
    "IST0156": DEFINITIONS,
    "IST0168": UNUSED,
    "IST0169": "`istioctl x precheck` asks the cluster whether a Zipkin service was in use before an upgrade from 1.21 or older.",
    "IST0172": DEFINITIONS,
}


UNSUPPORTED_KIALI_CODES: dict[str, str] = {
    **dict.fromkeys(
        ("KIA0205", "KIA0206"),
        "Harmless with automatic mTLS, and Kiali no longer reports it there: PERMISSIVE servers accept clients that use mTLS.",
    ),
    "KIA0209": "A subset without labels is valid: it contains all endpoints of the host, with a separate policy.",
    "KIA1108": "A preference of style: the other forms of a gateway name also work.",
    "KIA1211": "Several ServiceEntries for one host and port are merged; KIA1212 reports contradictions.",
    "KIA1501": "Each Gateway of the Gateway API has its own proxy: two with the same host and port do not conflict.",
    "KIA1504": "Controllers define their own classes; manifests do not show which controllers a cluster has.",
}
"""Kiali's codes that no rule names, with the reason."""

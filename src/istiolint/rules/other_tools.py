"""Codes of `istioctl analyze` and Kiali that no rule here answers for, with the reason; `istiolint explain CODE` shows it."""

RETIRED = "Retired: istioctl defines it no more."
UNUSED = "istioctl defines it, but nothing in istioctl reports it any more."

DEFINITIONS = """`istioctl x precheck` asks the cluster which versions its Gateway API serves. For definitions that are in the
files see `gateway-api-bundle-too-old`.""".replace("\n", " ")

UNSUPPORTED_CODES: dict[str, str] = {
    "IST0001": "An error inside istioctl. A check of istiolint that fails is reported as an internal error, with exit status 2.",
    **dict.fromkeys(
        ("IST0104", "IST0105", "IST0113", "IST0114", "IST0115", "IST0117", "IST0119", "IST0120", "IST0121", "IST0122", "IST0124"),
        RETIRED,
    ),
    "IST0141": "`istioctl x precheck` asks the API server whether you may install Istio; files cannot tell.",
    "IST0142": "`istioctl x precheck` asks the API server for its version; files cannot tell.",
    "IST0143": UNUSED,
    "IST0156": DEFINITIONS,
    "IST0168": UNUSED,
    "IST0169": "`istioctl x precheck` asks the cluster whether a Zipkin service was in use before an upgrade from 1.21 or older.",
    "IST0172": DEFINITIONS,
}


UNSUPPORTED_KIALI_CODES: dict[str, str] = {
    **dict.fromkeys(
        ("KIA0205", "KIA0206"),
        "Harmless with automatic mTLS, and Kiali reports it there no more: PERMISSIVE servers answer clients that demand mTLS.",
    ),
    "KIA0209": "A subset without labels is valid: it is all endpoints of the host with a policy of its own.",
    "KIA1108": "A preference of style: the other ways to write the name of a gateway work as well.",
    "KIA1211": "Several ServiceEntries for one host and port are merged; where they contradict one another, KIA1212 tells.",
    "KIA1501": "Each Gateway of the Gateway API has a proxy of its own: two with one host and port do not meet.",
    "KIA1504": "Classes belong to whoever installs them; files cannot tell which controllers a cluster has.",
}
"""Kiali's codes that no rule names, with the reason."""

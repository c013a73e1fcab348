"""Codes of `istioctl analyze` and Kiali that no rule here answers for, with the reason; `istiolint explain CODE` shows it."""

RETIRED = "Retired: istioctl defines it no more."
UNUSED = "istioctl defines it, but nothing in istioctl reports it any more."

DEFINITIONS = """`istioctl x precheck` asks the cluster which versions its Gateway API serves. For definitions that are in the
files see `gateway-api-bundle-too-old`.""".replace("\n", " ")

WITHOUT_RULE: dict[str, str] = {
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

_OPEN = "No rule carries this code yet: "
_WAYPOINT = f"{_OPEN}features of layer 7 in ambient mode without a waypoint that applies them ("

KIALI_WITHOUT_RULE: dict[str, str] = {
    "KIA0005": f"{_OPEN}a namespace that is named does not exist.",
    "KIA0102": f"{_OPEN}methods of an AuthorizationPolicy that HTTP does not have.",
    "KIA0104": f"{_OPEN}hosts of an AuthorizationPolicy that nothing serves.",
    "KIA0105": f"{_OPEN}conditions on the caller's identity where mTLS is off.",
    **dict.fromkeys(("KIA0106", "KIA0107", "KIA0108"), f"{_OPEN}principals that nobody has."),
    "KIA0109": f"{_WAYPOINT}AuthorizationPolicy).",
    "KIA0204": f"{_OPEN}a narrower DestinationRule takes away the TLS settings of a wider one.",
    **dict.fromkeys(
        ("KIA0205", "KIA0206"),
        "Harmless with automatic mTLS, and Kiali reports it there no more: PERMISSIVE servers answer clients that demand mTLS.",
    ),
    "KIA0209": "A subset without labels is valid: it is all endpoints of the host with a policy of its own.",
    **dict.fromkeys(("KIA0210", "KIA0211", "KIA0212"), f"{_WAYPOINT}DestinationRule)."),
    "KIA0602": f"{_OPEN}a name or `appProtocol` of a Service port that means no protocol.",
    "KIA0701": f"{_OPEN}a targetPort that no container declares. Kubernetes does not oblige containers to declare their ports.",
    "KIA1007": f"{_OPEN}an `outboundTrafficPolicy` without a mode.",
    "KIA1108": "A preference of style: the other ways to write the name of a gateway work as well.",
    **dict.fromkeys(("KIA1109", "KIA1113", "KIA1114"), f"{_WAYPOINT}VirtualService)."),
    "KIA1110": f"{_WAYPOINT}RequestAuthentication).",
    "KIA1111": f"{_WAYPOINT}WasmPlugin).",
    "KIA1112": f"{_WAYPOINT}Telemetry).",
    **dict.fromkeys(("KIA1211", "KIA1212"), f"{_OPEN}several ServiceEntries for one host and port."),
    "KIA1301": f"{_OPEN}a workload that no AuthorizationPolicy covers.",
    **dict.fromkeys(
        (f"KIA{number}" for number in range(1311, 1318)),
        f"{_OPEN}labels of ambient mode, of sidecars and of waypoints that contradict one another.",
    ),
    **dict.fromkeys(
        ("KIA1501", "KIA1502", "KIA1503", "KIA1504"),
        f"{_OPEN}Gateways of the Gateway API that collide, or whose class is unknown.",
    ),
    "KIA1601": f"{_OPEN}a ReferenceGrant for a namespace that does not exist.",
    **dict.fromkeys(
        ("KIA1701", "KIA1702"), f"{_OPEN}service accounts of WorkloadGroups that do not exist, and groups with the same labels."
    ),
}
"""Kiali's codes that no rule names. (Where one does by now, the rule is what counts.)"""

"""Matches of VirtualServices: names of headers, texts that may not be empty, ports, and labels of callers."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD, INVALID_ADDRESS, INVALID_HEADER_NAME, INVALID_LABEL, INVALID_PORT
from istiolint.documents.placeholders import has_placeholder
from istiolint.fields.labels import label_faults
from istiolint.fields.listeners import LARGEST_NUMBER
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.addresses import is_cidr, is_ip_address, leading_zeros
from istiolint.primitives.headers import match_name_fault
from istiolint.primitives.hosts import label_fault
from istiolint.primitives.ports import is_port
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected

_FIELDS = ("scheme", "method", "authority")
_MAPS = ("headers", "queryParams", "withoutHeaders")


def _matches(service: Resource, *protocols: str) -> Iterator[Cursor]:
    for protocol in protocols or ("http", "tls", "tcp"):
        for route in service.spec[protocol]:
            yield from route["match"]


@further_check(INVALID_HEADER_NAME, kinds=["VirtualService"], rows=["VS-40", "VS-42", "P-22"], when=["headers", "withoutHeaders"])
def header_name_of_match(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid header names in matches."""
    for match in _matches(service, "http"):
        for field in ("headers", "withoutHeaders"):
            for name, condition in match[field].items():
                if isinstance(name, str) and not has_placeholder(name) and (fault := match_name_fault(name)):
                    yield finding(
                        condition.key,
                        rejected(f"invalid header name `{name}`: {fault}", "VirtualService"),
                        hint="use only the name, such as `x-user`",
                    )


@further_check(
    EMPTY_FIELD, kinds=["VirtualService"], rows=["VS-41", "VS-43", "VS-44", "VS-45", "VS-46", "VS-47", "VS-48", "P-19"],
    when=["prefix", "regex"],
)  # fmt: skip
def empty_condition(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report empty prefixes and regular expressions. Only `uri` may have an empty prefix."""
    for match in _matches(service, "http"):
        for text in _texts(match):
            if text.value == "":
                yield finding(
                    text,
                    rejected(f"empty `{text.name}` condition", "VirtualService"),
                    hint="remove the condition, or use `{}` to match any value"
                    if text.path[-3] in _MAPS
                    else "remove the condition to match any value",
                )


def _texts(match: Cursor) -> Iterator[Cursor]:
    """Prefixes and expressions that may not be empty."""
    for field, condition in match.items():
        if field == "uri":
            yield condition["regex"]
        elif field in _FIELDS or field in _MAPS:
            for one in (condition,) if field in _FIELDS else (item for _, item in condition.items()):
                yield one["prefix"]
                yield one["regex"]


@further_check(INVALID_PORT, kinds=["VirtualService"], rows=["VS-49", "VS-127", "VS-132"], when=["port"])
def port_of_match(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid ports in matches; 0 means unset, and the schema covers numbers out of range."""
    for match in _matches(service):
        number = match["port"].number
        if number and number in range(LARGEST_NUMBER + 1) and not is_port(number):
            yield finding(
                match["port"],
                rejected(f"invalid port `{number}`", "VirtualService"),
                hint="use a port from 1 to 65535",
            )


@further_check(INVALID_LABEL, kinds=["VirtualService"], rows=["VS-50", "VS-128", "VS-133"], when=["sourceLabels"])
def labels_of_callers(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid labels of callers."""
    for match in _matches(service):
        yield from label_faults(match["sourceLabels"], service.kind)


@further_check(INVALID_ADDRESS, kinds=["VirtualService"], rows=["VS-126", "VS-131"], when=["destinationSubnets"])
def destination_subnets(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid destination addresses and ranges."""
    for match in _matches(service, "tls", "tcp"):
        for subnet in match["destinationSubnets"]:
            text = subnet.text
            if not isinstance(subnet.value, str) or has_placeholder(text):
                continue
            if not (is_cidr(text) if "/" in text else is_ip_address(text)):
                yield finding(
                    subnet,
                    rejected(f"`{text}` is not a valid IP address or CIDR range", "VirtualService"),
                    hint=leading_zeros(text) or "use an address such as `192.0.2.7`, or a range such as `192.0.2.0/24`",
                )


@check(
    "invalid-source-namespace", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-52"],
    when=["sourceNamespace"],
)  # fmt: skip
def invalid_source_namespace(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report values of `sourceNamespace` that are not valid namespace names."""
    for match in _matches(service):
        namespace = match["sourceNamespace"]
        if namespace.literal and (fault := label_fault(namespace.text)):
            http = namespace.path[1] == "http"
            yield finding(
                namespace,
                f"invalid namespace `{namespace.text}` in `sourceNamespace`: {fault}; "
                + ("Istio rejects the VirtualService" if http else "the match never applies"),
                hint="use the name of one namespace; patterns are not supported",
                severity=None if http else "warning",
            )

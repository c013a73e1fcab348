"""WorkloadEntries and WorkloadGroups: addresses, labels and probes of VM workloads."""

import re
from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD, INVALID_ADDRESS, INVALID_HEADER_NAME, INVALID_LABEL
from istiolint.fields.labels import label_faults
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.addresses import UNIX, is_ip_address
from istiolint.primitives.hosts import name_fault
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.rules import MISSING_FIELD

_HEADER = re.compile(r"[-A-Za-z0-9]+", re.ASCII)
_WAYS = ("httpGet", "tcpSocket", "exec")
_SETTINGS = frozenset((
    "failureThreshold", "initialDelaySeconds", "periodSeconds", "successThreshold", "timeoutSeconds",
))  # fmt: skip


@further_check(MISSING_FIELD, kinds=["WorkloadEntry"], rows=["WE-01"])
def entry_without_address(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report entries with an empty address and network. (The schema reports entries with neither field.)"""
    spec = entry.spec
    values = (spec["address"].value, spec["network"].value)
    if "" in values and not any(values):
        yield finding(
            spec["address"] if spec["address"].exists else spec["network"],
            "WorkloadEntry has neither an `address` nor a `network`; Istio rejects it",
            hint="set the IP address of the VM workload",
        )


@check(
    "remote-endpoint-without-address",
    severity="warning",
    evidence="document",
    kinds=["WorkloadEntry", "ServiceEntry"],
    rows=["WE-02", "SE-19"],
)
def remote_endpoint_without_address(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report workloads that are only reachable through the gateway of their network."""
    static = entry.spec["resolution"].text == "STATIC"
    for machine in [entry.spec] if entry.type == "WorkloadEntry" else entry.spec["endpoints"] if static else ():
        if machine["address"].value in (None, "") and machine["network"].text:
            yield finding(
                machine["network"],
                f"endpoint in network `{machine['network'].text}` has no `address`; it is only reachable through the east-west "
                "gateway of that network",
                hint="set `address` if the workload is directly reachable",
            )


@further_check(INVALID_ADDRESS, kinds=["WorkloadEntry"], rows=["WE-05"])
def entry_address(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid addresses of WorkloadEntries. (The schema reports sockets.)"""
    address = entry.spec["address"]
    if not address.text or address.text.startswith(UNIX) or is_ip_address(address.text) or address.unresolved:
        return
    if fault := name_fault(address.text):
        yield finding(
            address,
            rejected(f"`{address.text}` is not an IP address or host name: {fault}", "WorkloadEntry"),
            hint="use the IP address of the VM workload",
        )


@further_check(INVALID_LABEL, kinds=["WorkloadEntry", "WorkloadGroup"], rows=["WE-08", "WG-02"])
def machine_labels(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid labels of VM workloads."""
    spec = resource.spec
    yield from label_faults(spec["labels"] if resource.type == "WorkloadEntry" else spec["metadata"]["labels"], resource.kind)


@further_check(INVALID_HEADER_NAME, kinds=["WorkloadGroup"], rows=["WG-10", "P-25"])
def probe_headers(group: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid probe headers; underscores are not allowed."""
    for header in group.spec["probe"]["httpGet"]["httpHeaders"]:
        name = header["name"]
        if isinstance(header.value, dict) and name.value is None:
            yield finding(
                header,
                rejected("probe header has no `name`", "WorkloadGroup"),
                hint="set a name such as `X-Probe`",
            )
        elif isinstance(name.value, str) and not name.unresolved and not _HEADER.fullmatch(name.text):
            yield finding(
                name,
                rejected(f"invalid probe header name `{name.text}`", "WorkloadGroup"),
                hint="use only letters, digits and `-`",
            )


@further_check(EMPTY_FIELD, kinds=["WorkloadGroup"], rows=["WG-12"])
def probe_without_command(group: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an exec probe without a command."""
    command = group.spec["probe"]["exec"]["command"]
    if command.value == []:
        yield finding(command, rejected("`command` is empty", "WorkloadGroup"), hint="set the program and its arguments")


@check(
    "workload-group-probe-without-type", severity="error", evidence="document", kinds=["WorkloadGroup"], rows=["WG-13"],
)  # fmt: skip
def workload_group_probe_without_type(group: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a probe without a probe type, or with one that Istio does not support."""
    probe = group.spec["probe"]
    if not isinstance(probe.value, dict) or any(probe[way].value is not None for way in _WAYS):
        return
    if isinstance(probe["grpc"].value, dict):
        yield finding(
            probe["grpc"].key,
            "unsupported probe type `grpc` in WorkloadGroup; Istio rejects it, although the API server accepts it",
            hint="use `httpGet`, `tcpSocket` or `exec`",
        )
    elif {name for name, value in probe.mapping.items() if value is not None} <= _SETTINGS:
        yield finding(
            probe.key,
            rejected("probe has no `httpGet`, `tcpSocket` or `exec`", "WorkloadGroup"),
            hint="add `httpGet`, `tcpSocket` or `exec`",
        )

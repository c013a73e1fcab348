"""WorkloadEntries and WorkloadGroups: addresses, labels and probes of machines."""

import re
from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD, INVALID_ADDRESS, INVALID_HEADER_NAME, INVALID_LABEL
from istiolint.fields.labels import label_faults
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.addresses import UNIX, is_ip_address
from istiolint.primitives.hosts import name_fault
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check
from istiolint.schema.rules import MISSING_FIELD

_HEADER = re.compile(r"[-A-Za-z0-9]+", re.ASCII)
_WAYS = ("httpGet", "tcpSocket", "exec")
_SETTINGS = frozenset((
    "failureThreshold", "initialDelaySeconds", "periodSeconds", "successThreshold", "timeoutSeconds",
))  # fmt: skip


@further_check(MISSING_FIELD, kinds=["WorkloadEntry"], rows=["WE-01"])
def entry_without_address(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A machine that is neither here nor in another network. (Of neither field at all the schema tells.)"""
    spec = entry.spec
    values = (spec["address"].value, spec["network"].value)
    if "" in values and not any(values):
        yield finding(
            spec["address"] if spec["address"].exists else spec["network"],
            "a WorkloadEntry needs an `address`, or a `network` whose gateway knows the way; Istio refuses it",
            hint="write the IP address of the machine",
        )


@check(
    "entry-behind-network",
    severity="warning",
    evidence="document",
    kinds=["WorkloadEntry", "ServiceEntry"],
    rows=["WE-02", "SE-19"],
)
def entry_behind_network(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A machine that only the gateway of its network knows."""
    static = entry.spec["resolution"].text == "STATIC"
    for machine in [entry.spec] if entry.type == "WorkloadEntry" else entry.spec["endpoints"] if static else ():
        if machine["address"].value in (None, "") and machine["network"].text:
            yield finding(
                machine["network"],
                f"without `address` this machine is reached through the gateway of `{machine['network'].text}` alone, which "
                "must be known; Istio warns of it",
                hint="write the address, if the machine can be reached from here",
            )


@further_check(INVALID_ADDRESS, kinds=["WorkloadEntry"], rows=["WE-05"])
def entry_address(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The address of a machine. (Of sockets the schema tells.)"""
    address = entry.spec["address"]
    if not address.text or address.text.startswith(UNIX) or is_ip_address(address.text) or address.unresolved:
        return
    if fault := name_fault(address.text):
        yield finding(
            address,
            f"`{address.text}` is neither an IP address nor a name: {fault}; Istio refuses the WorkloadEntry",
            hint="write the IP address of the machine",
        )


@further_check(INVALID_LABEL, kinds=["WorkloadEntry", "WorkloadGroup"], rows=["WE-08", "WG-02"])
def machine_labels(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Labels by which machines are selected."""
    spec = resource.spec
    yield from label_faults(spec["labels"] if resource.type == "WorkloadEntry" else spec["metadata"]["labels"], resource.kind)


@further_check(INVALID_HEADER_NAME, kinds=["WorkloadGroup"], rows=["WG-10", "P-25"])
def probe_headers(group: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Headers of probes, which may have no underscore."""
    for header in group.spec["probe"]["httpGet"]["httpHeaders"]:
        name = header["name"]
        if isinstance(header.value, dict) and name.value is None:
            yield finding(
                header,
                "this header of a probe has no `name`; Istio refuses the WorkloadGroup",
                hint="write its name, such as `X-Probe`",
            )
        elif isinstance(name.value, str) and not name.unresolved and not _HEADER.fullmatch(name.text):
            yield finding(
                name,
                f"`{name.text}` is no header of a probe; Istio refuses the WorkloadGroup",
                hint="write letters, digits and `-`",
            )


@further_check(EMPTY_FIELD, kinds=["WorkloadGroup"], rows=["WG-12"])
def probe_without_command(group: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A probe that runs nothing."""
    command = group.spec["probe"]["exec"]["command"]
    if command.value == []:
        yield finding(command, "`command` is empty; Istio refuses the WorkloadGroup", hint="write the program and its arguments")


@check(
    "probe-without-way", severity="error", evidence="document", kinds=["WorkloadGroup"], rows=["WG-13"],
)  # fmt: skip
def probe_without_way(group: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A probe that does not say how to look, or by a way that the proxy does not know."""
    probe = group.spec["probe"]
    if not isinstance(probe.value, dict) or any(probe[way].value is not None for way in _WAYS):
        return
    if isinstance(probe["grpc"].value, dict):
        yield finding(
            probe["grpc"].key,
            "machines are not probed by `grpc`: the API server takes it, and Istio refuses the WorkloadGroup",
            hint="use `httpGet`, `tcpSocket` or `exec`",
        )
    elif {name for name, value in probe.mapping.items() if value is not None} <= _SETTINGS:
        yield finding(
            probe.key,
            "the probe does not say how to look; Istio refuses the WorkloadGroup",
            hint="write `httpGet`, `tcpSocket` or `exec`",
        )

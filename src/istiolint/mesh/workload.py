"""A workload: whatever runs behind labels, be it the pod template of a controller, a pod, or a machine outside Kubernetes."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from istiolint.primitives.numbers import natural
from istiolint.primitives.ports import on_the_wire
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

VM_KINDS = ("WorkloadEntry", "WorkloadGroup")
"""Kinds that bring workloads from outside Kubernetes into the mesh."""
FINITE = ("CronJob", "Job")
"""Kinds whose pods end."""

_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_HANDLERS = ("httpGet", "tcpSocket", "grpc")


class ContainerPort(NamedTuple):
    """A port that a container declares; Kubernetes does not oblige it to."""

    number: int
    name: str
    at: Cursor


class Probe(NamedTuple):
    """A probe over the network: `handler` is httpGet, tcpSocket or grpc; `port` None where its name means no declared port."""

    kind: str
    handler: str
    port: int | None
    at: Cursor


class Workload:
    """Pods that are alike: one pod template, one pod, or the machines of a WorkloadEntry or WorkloadGroup.

    `resource` is the object that holds it, `metadata` and `spec` are those of the pod (empty for machines).
    """

    def __init__(self, resource: Resource, pod: Cursor):
        self.resource = resource
        self.namespace = resource.namespace
        self.metadata = pod["metadata"]
        self.spec = pod["spec"]

    @property
    def kind(self) -> str:
        """The kind of the resource, as in istiolint.resources.kinds."""
        return self.resource.type or self.resource.kind

    @property
    def title(self) -> str:
        """How messages call it: `Deployment shop/cart`."""
        return self.resource.title

    @property
    def creates_pods(self) -> bool:
        """Whether it runs in Kubernetes (WorkloadEntry and WorkloadGroup do not)."""
        return self.kind not in VM_KINDS

    @cached_property
    def label_maps(self) -> tuple[Cursor, ...]:
        """The mappings that hold the labels, the stronger one last."""
        if self.kind == "WorkloadEntry":
            return self.resource.spec["labels"], self.resource.metadata["labels"]
        if self.kind == "WorkloadGroup":
            return self.resource.spec["template"]["labels"], self.resource.spec["metadata"]["labels"]
        return (self.metadata["labels"],)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The labels that selectors see."""
        return {key: value for labels in self.label_maps for key, value in labels.labels.items()}

    @cached_property
    def label_set(self) -> frozenset[tuple[str, str]]:
        """The labels as a set: equal for workloads that match the same selectors."""
        return frozenset(self.labels.items())

    @cached_property
    def annotations(self) -> dict[str, str]:
        """The pod's annotations."""
        return self.metadata["annotations"].labels

    @property
    def host_network(self) -> bool:
        """Whether its pods use the network of their node."""
        return self.spec["hostNetwork"].value is True

    @cached_property
    def service_account(self) -> str:
        """The name of its service account."""
        if self.kind == "WorkloadEntry":
            return self.resource.spec["serviceAccount"].text
        if self.kind == "WorkloadGroup":
            return self.resource.spec["template"]["serviceAccount"].text
        return self.spec["serviceAccountName"].text or self.spec["serviceAccount"].text or "default"

    @cached_property
    def containers(self) -> tuple[Cursor, ...]:
        """The containers that run as long as the pod: the regular ones, and init containers that restart always."""
        sidecars = (container for container in self.spec["initContainers"] if container["restartPolicy"].text == "Always")
        return (*sidecars, *self.spec["containers"])

    @cached_property
    def ports(self) -> tuple[ContainerPort, ...]:
        """The ports that its containers declare."""
        return tuple(
            ContainerPort(port["containerPort"].number or 0, port["name"].text, port["containerPort"])
            for container in self.containers
            for port in container["ports"]
        )

    def port_number(self, port: Cursor) -> int | None:
        """The number behind a port that is written as a number or as the name of a container port."""
        if port.number is not None:
            return port.number
        if (number := natural(port.text)) is not None:
            return number
        return next((known.number for known in self.ports if known.name == port.text and port.text), None)

    @cached_property
    def probes(self) -> tuple[Probe, ...]:
        """The probes that the kubelet makes over the network, those of an injected proxy left out."""
        return tuple(
            Probe(kind, handler, self.port_number(container[kind][handler]["port"]), container[kind][handler])
            for container in self.containers
            if container["name"].text != "istio-proxy"
            for kind in _PROBES
            for handler in _HANDLERS
            if container[kind][handler].mapping
        )

    def matches(self, selector: Mapping[str, str]) -> bool:
        """Whether it carries all labels of a selector; an empty selector matches everything."""
        return selector.items() <= self.labels.items()

    def __repr__(self) -> str:
        return f"Workload({self.title})"


def application_protocol(port: Cursor) -> str:
    """Return the protocol that a Service port declares by `appProtocol` or its name, else its transport."""
    return on_the_wire((port["appProtocol"].text or port["name"].text).partition("-")[0] or port["protocol"].text)


def ports_of(service: Resource, workload: Workload) -> Iterator[tuple[Cursor, int, int | None]]:
    """The TCP ports of a Service: the entry, its number, and the number of the container port behind it in a workload.

    The latter is None for a targetPort that does not match any declared container port.
    """
    for port in service.spec["ports"]:
        number, target = port["port"].number, port["targetPort"]
        if number is not None and port["protocol"].text in ("", "TCP"):
            yield port, number, workload.port_number(target) if target.exists else number

"""The valid values of Istio's annotations, as the sidecar injector validates them."""

import ipaddress
import re
from collections.abc import Callable
from typing import NamedTuple

from istiolint.primitives.numbers import natural


class Fault(NamedTuple):
    """Why a value is invalid, and what to use instead."""

    why: str
    instead: str


_QUANTITY = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?\Z", re.ASCII)
_INTERFACE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,14}\Z", re.ASCII)
_GO_BOOLEANS = ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")


def fault(name: str, value: str) -> Fault | None:
    """Return what is wrong with the value of an annotation; None if it is valid, or any text is."""
    reader = _READERS.get(name)
    return reader(value) if reader else None


def _unsigned(largest: int, words: str) -> Callable[[str], Fault | None]:
    def read(value: str) -> Fault | None:
        number = natural(value.strip())
        fine = number is not None and number <= largest
        return None if fine else Fault(f"not a valid {words}", f"use a number from 0 to {largest}")

    return read


def _list(item: Callable[[str], bool], words: str, example: str, *, all_: bool = False) -> Callable[[str], Fault | None]:
    def read(value: str) -> Fault | None:
        if value == "" or (all_ and value == "*"):
            return None
        wrong = next((part for part in value.split(",") if not item(part)), None)
        return None if wrong is None else Fault(f"`{wrong}` is not a valid {words}", f"use a list such as `{example}`")

    return read


def _is_port(text: str) -> bool:
    number = natural(text.strip())
    return number is not None and number <= 65535


def _is_cidr(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


def _is_interface(text: str) -> bool:
    return bool(_INTERFACE.match(text.strip()))


def _quantity(value: str) -> Fault | None:
    return None if _QUANTITY.match(value) else Fault("not a Kubernetes quantity", "use a quantity such as `100m` or `128Mi`")


def is_boolean(text: str) -> bool:
    """Return whether Go's ParseBool accepts a text."""
    return text in _GO_BOOLEANS


def _boolean(value: str) -> Fault | None:
    return None if is_boolean(value) else Fault("not a boolean", 'use `"true"` or `"false"`')


def _mode(value: str) -> Fault | None:
    fine = value in ("REDIRECT", "TPROXY", "NONE")
    return None if fine else Fault("unknown mode", "use `REDIRECT`, `TPROXY` or `NONE`")


_PORTS = _list(_is_port, "port", "8080,9090")
_PORTS_OR_ALL = _list(_is_port, "port", "8080,9090", all_=True)
_RANGES = _list(_is_cidr, "CIDR range", "10.0.0.0/8,192.0.2.7/32")
_RANGES_OR_ALL = _list(_is_cidr, "CIDR range", "10.0.0.0/8,192.0.2.7/32", all_=True)
_INTERFACES = _list(_is_interface, "network interface", "net1,net2")
_COUNT = _unsigned(2**32 - 1, "whole number")

_READERS: dict[str, Callable[[str], Fault | None]] = {
    "istio.io/reroute-virtual-interfaces": _INTERFACES,
    "prometheus.istio.io/merge-metrics": _boolean,
    "readiness.status.sidecar.istio.io/failureThreshold": _COUNT,
    "readiness.status.sidecar.istio.io/initialDelaySeconds": _COUNT,
    "readiness.status.sidecar.istio.io/periodSeconds": _COUNT,
    "sidecar.istio.io/interceptionMode": _mode,
    "sidecar.istio.io/proxyCPU": _quantity,
    "sidecar.istio.io/proxyCPULimit": _quantity,
    "sidecar.istio.io/proxyMemory": _quantity,
    "sidecar.istio.io/proxyMemoryLimit": _quantity,
    "status.sidecar.istio.io/port": _unsigned(65535, "port"),
    "traffic.sidecar.istio.io/excludeInboundPorts": _PORTS,
    "traffic.sidecar.istio.io/excludeInterfaces": _INTERFACES,
    "traffic.sidecar.istio.io/excludeOutboundIPRanges": _RANGES,
    "traffic.sidecar.istio.io/excludeOutboundPorts": _PORTS,
    "traffic.sidecar.istio.io/includeInboundPorts": _PORTS_OR_ALL,
    "traffic.sidecar.istio.io/includeOutboundIPRanges": _RANGES_OR_ALL,
    "traffic.sidecar.istio.io/kubevirtInterfaces": _INTERFACES,
}

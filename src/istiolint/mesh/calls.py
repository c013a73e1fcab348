"""Calls: which Services a workload's containers are configured to call, by their environment, arguments and ConfigMaps."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from istiolint.mesh.hosts import in_dns
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import Workloads
from istiolint.primitives.patterns import late
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

# Lengths are bounded, so that text of any size is read in linear time.
_URL = late(
    r"(?P<scheme>[a-z][a-z0-9+.-]{0,20})://(?:[^/@\s]{0,200}@)?(?P<host>[a-z0-9][a-z0-9.-]{0,252})(?::(?P<port>\d{1,5}))?",
    re.IGNORECASE,
)
_FULL_NAME = late(
    r"(?<![\w./-])(?P<host>[a-z0-9][a-z0-9-]{0,62}\.[a-z0-9-]{1,63}\.svc(?:\.[a-z0-9.-]{1,252})?)(?::(?P<port>\d{1,5}))?(?![\w-])"
)
_ADDRESS = late(r"(?P<host>[a-z0-9][a-z0-9.-]{0,252}):(?P<port>\d{1,5})")
_NAME = late(r"(?P<host>[a-z0-9][a-z0-9.-]{0,252})")
_NAMES_A_HOST = late(r"(?:^|_)(?:HOST|HOSTNAME|ADDR|ADDRESS|URL|URI|ENDPOINT|SERVER|UPSTREAM|BACKEND)$", re.IGNORECASE)
_GIVEN = frozenset(("env", "envFrom", "command", "args"))
"""The fields of containers that configure what they call."""
_SCHEME_PORTS = {"http": 80, "https": 443}
_SCHEMES = ("http", "https", "grpc", "grpcs", "ws", "wss", "tcp", "tls")


class Call(NamedTuple):
    """A workload is configured to call a Service: which one, at which of its ports (None if not given), and where it says so."""

    caller: Workload
    service: Resource
    port: int | None
    at: Cursor


class Mention(NamedTuple):
    """A host in the configuration of a workload, the port with it (None where there is none), and where it is.

    `is_certain`: it is the host of a URL, and no part of a password can have been taken for it.
    """

    host: str
    port: int | None
    at: Cursor
    is_certain: bool


class Calls:
    """The calls between the workloads and the Services of the input, by the Service that is called."""

    def __init__(self, workloads: Workloads, get: Callable[[str, str, str], Resource | None], cluster_domain: str):
        self._workloads, self._get, self._cluster_domain = workloads, get, cluster_domain
        self._by_caller: dict[int, Sequence[Call]] = {}

    def of_service(self, service: Resource) -> Sequence[Call]:
        """Return the calls that workloads are configured to make to a Service: one for each caller and port."""
        return self._by_service.get(id(service), ())

    def of_caller(self, workload: Workload) -> Sequence[Call]:
        """Return the calls that a workload is configured to make: one for each Service and port."""
        found = self._by_caller.get(id(workload))
        if found is None:
            calls: dict[tuple[int, int | None], Call] = {}
            for mention in () if _GIVEN.isdisjoint(workload.resource.keys) else self.mentions(workload):
                if service := self._service(mention.host, workload.namespace):
                    calls.setdefault((id(service), mention.port), Call(workload, service, mention.port, mention.at))
            found = self._by_caller[id(workload)] = tuple(calls.values())
        return found

    @cached_property
    def _by_service(self) -> dict[int, list[Call]]:
        found: dict[int, list[Call]] = defaultdict(list)
        for workload in self._workloads.having(_GIVEN):
            for call in self.of_caller(workload):
                found[id(call.service)].append(call)
        return found

    def mentions(self, workload: Workload) -> Iterator[Mention]:
        """Yield the hosts in what the containers of a workload are given, whatever is behind them."""
        for text, host_alone in self._settings(workload):
            for match in _mentions(text.text, host_alone):
                groups = match.groupdict()
                scheme = (groups.get("scheme") or "").lower()
                port = int(groups["port"]) if groups.get("port") else _SCHEME_PORTS.get(scheme)
                is_certain = scheme in _SCHEMES and "@" not in text.text[match.end() :]
                yield Mention(match["host"].lower(), port, text, is_certain)

    def hosts(self, workload: Workload) -> list[str]:
        """Return what a workload calls, as host and port: Services of the input, full names of others, and hosts of URLs.

        Other text is left out: it may be a part of a password.
        """
        found: dict[str, None] = {}
        for mention in self.mentions(workload):
            service = self._service(mention.host, workload.namespace)
            if service or mention.is_certain or ".svc" in mention.host:
                host = f"{service.name}.{service.namespace}" if service else mention.host
                found[f"{host}:{mention.port}" if mention.port else host] = None
        return list(found)

    def _settings(self, workload: Workload) -> Iterator[tuple[Cursor, bool]]:
        """The strings that containers are given; whether the name of a setting says that it holds a host."""
        for container in (*workload.spec["initContainers"], *workload.spec["containers"]):
            for variable in container["env"]:
                name = variable["name"].text
                reference = variable["valueFrom"]["configMapKeyRef"]
                data = self._config_map(workload, reference["name"].text)
                value = data[reference["key"].text] if data else variable["value"]
                yield value, bool(_NAMES_A_HOST.search(name))
            for source in container["envFrom"]:
                data = self._config_map(workload, source["configMapRef"]["name"].text)
                for name, value in data.items() if data else ():
                    yield value, bool(_NAMES_A_HOST.search(name))
            for argument in (*container["command"], *container["args"]):
                yield argument, False

    def _config_map(self, workload: Workload, name: str) -> Cursor | None:
        config = self._get("ConfigMap", workload.namespace, name) if name else None
        return config["data"] if config else None

    def _service(self, host: str, namespace: str) -> Resource | None:
        found = in_dns(host, namespace, self._cluster_domain)
        return self._get("Service", found.namespace, found.name) if found is not None else None


def _mentions(text: str, host_alone: bool) -> Iterator[re.Match[str]]:
    if "://" in text:
        yield from _URL.finditer(text)
        return
    if ".svc" in text:
        yield from _FULL_NAME.finditer(text)
    whole = (_ADDRESS.fullmatch(text) if ":" in text else None) or (_NAME.fullmatch(text) if host_alone else None)
    if whole:
        yield whole

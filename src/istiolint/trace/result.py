"""The result of a trace: where the request goes, how each workload responds, and what the client receives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from istiolint.mesh.mtls import Mode
from istiolint.mesh.workload import Workload
from istiolint.mutual_tls.server import ClientTls
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.proxies import Proxy
from istiolint.trace.request import Request
from istiolint.trace.steps import Steps
from istiolint.trace.virtual_services import HttpRoute

Outcome: TypeAlias = Literal[
    "routed", "redirect", "direct-response", "fault", "no-route", "no-listener", "no-cluster", "no-endpoints", "blackhole",
    "passthrough", "denied", "tls-refused", "mixed",
]  # fmt: skip
Verdict: TypeAlias = Literal["allowed", "denied", "tls-refused"]

FLAGS: dict[Outcome, str] = {
    "no-route": "NR",
    "no-cluster": "NC",
    "no-endpoints": "UH",
    "fault": "FI",
}
"""The response flags that Envoy logs for outcomes that always have the same."""


@dataclass(slots=True)
class Leaf:
    """A workload that may receive the request. `policy` is the DENY policy that matched, `decided_by` the policy that allows or
    denies it; `sure` is False where the files do not show what decides."""

    workload: Workload
    client_tls: ClientTls
    mode: Mode | None
    verdict: Verdict
    policy: Resource | None = None
    status: int | None = None
    port: int | None = None
    decided_by: Resource | None = None
    sure: bool = True


@dataclass(slots=True)
class Sent:
    """The request as a destination receives it, and the changes of the response headers."""

    path: str
    authority: str
    headers_set: dict[str, str] = field(default_factory=dict)
    headers_removed: list[str] = field(default_factory=list)
    response_set: dict[str, str] = field(default_factory=dict)
    response_removed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Destination:
    """A weighted destination of a route, or the only place where the request goes.

    `at` is where a route names it, `status` what a waypoint on the way responds with (None: it does not end the request).
    """

    host: str
    port: int
    subset: str
    weight: int
    outcome: Outcome
    client_tls: ClientTls | None = None
    leaves: list[Leaf] = field(default_factory=list)
    sent: Sent | None = None
    sure: bool = True
    at: Cursor | None = None
    status: int | None = None

    def outcomes(self) -> Iterator[Outcome]:
        """Yield the possible outcomes of a request that is sent here."""
        if not self.leaves:
            yield self.outcome
        for leaf in self.leaves:
            yield self.outcome if leaf.verdict == "allowed" else leaf.verdict


@dataclass(slots=True)
class Retries:
    """The retries of failed requests by the proxy."""

    attempts: int
    on: str | None = None
    per_try_timeout: str | None = None


@dataclass(slots=True)
class Mirror:
    """A destination of mirrored requests."""

    host: str
    port: int
    subset: str
    percent: float


@dataclass(slots=True)
class Trace:
    """A request, its outcome, and the steps to it. `sure` is False if another outcome is possible; the steps explain why."""

    request: Request
    outcome: Outcome = "routed"
    proxy: Proxy | None = None
    statuses: list[int] = field(default_factory=list)
    route: HttpRoute | None = None
    destinations: list[Destination] = field(default_factory=list)
    timeout: str | None = None
    retries: Retries | None = None
    mirrors: list[Mirror] = field(default_factory=list)
    delay: str | None = None
    location: str | None = None
    body: str | None = None
    denied_at: Proxy | None = None
    policy: Resource | None = None
    steps: Steps = field(default_factory=Steps)

    @property
    def sure(self) -> bool:
        """Whether the files are enough to know the outcome."""
        return all(step.kind != "unknown" for step in self.steps)

    @property
    def flag(self) -> str:
        """The response flag in the access log of the proxy that ends the request; empty for none."""
        if self.outcome == "tls-refused":
            # A server that wants TLS closes a plaintext connection; TLS to a server without it fails in the handshake.
            return "UC" if all(each.client_tls == "plaintext" for each in self.destinations) else "UF"
        if self.outcome == "blackhole" and not self.statuses:
            return "UH"
        return FLAGS.get(self.outcome, "")

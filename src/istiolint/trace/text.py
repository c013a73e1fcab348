"""A trace as text: its steps, then the outcome as the client sees it."""

from collections.abc import Iterator

from istiolint.findings.escape import printable
from istiolint.trace.places import line
from istiolint.trace.result import Destination, Leaf, Trace
from istiolint.trace.steps import Step

_MARKS = {"fact": " ", "rejected": "x", "unknown": "?"}
_LEGEND = "x: considered, does not apply   ?: the files do not show it"
_WIDTH = 11
_TLS = {"mtls": "mutual TLS", "plaintext": "plaintext", "simple": "TLS", "mutual": "TLS with its own certificate"}


def render(trace: Trace) -> str:
    """Return all steps and the outcome."""
    lines = [f"{trace.request.title} from {trace.request.source}", ""]
    stage = ""
    for step in trace.steps:
        lines.append(_step(step, step.stage if step.stage != stage else ""))
        stage = step.stage
    if any(step.kind != "fact" for step in trace.steps):
        lines += ["", _LEGEND]
    return "\n".join([*map(printable, lines), "", *map(printable, _outcome(trace))]) + "\n"


def _step(step: Step, stage: str) -> str:
    places = ", ".join(dict.fromkeys(map(line, step.places)))
    return f"{stage:<{_WIDTH}} {_MARKS[step.kind]} {step.words}" + (f" ({places})" if places else "")


def _outcome(trace: Trace) -> Iterator[str]:
    at = responsible(trace)
    where = f" ({', '.join(dict.fromkeys(map(line, at.places)))})" if at is not None else ""
    yield f"Outcome: {in_words(trace)}{where}"
    for destination in trace.destinations:
        yield f"  -> {_destination(destination)}"
        yield from (f"       {_leaf(leaf)}" for leaf in destination.leaves)
    if not trace.sure:
        yield "Another outcome is possible: see the steps marked with ?."


def in_words(trace: Trace) -> str:
    """Return the outcome in one sentence: status, response flag, and what happens."""
    status = " or ".join(map(str, trace.statuses))
    flag = f" {trace.flag}" if trace.flag else ""
    words = {
        "routed": "the application responds" if status else "the connection reaches the application",
        "redirect": f"redirect to {trace.location}",
        "direct-response": "the proxy itself responds",
        "fault": "an injected fault aborts the request",
        "no-route": "no route matches",
        "no-listener": "no server accepts the connection",
        "no-cluster": "the destination does not exist for the proxy",
        "no-endpoints": "the destination has no healthy endpoint",
        "blackhole": "no service visible to the sidecar has this host and port",
        "passthrough": "the request goes on to its original address, past all routes",
        "denied": "RBAC: access denied",
        "tls-refused": "the server does not accept the client's TLS",
        "mixed": "it depends on the destination",
    }[trace.outcome]
    return f"{status}{flag}: {words}" if status else words


def responsible(trace: Trace) -> Step | None:
    """Return the step that is responsible for the outcome; None without one."""
    unused = next((step for step in trace.steps if step.stage == "host" and step.kind == "rejected" and step.places), None)
    if trace.outcome in ("no-route", "blackhole", "passthrough") and unused is not None:
        return unused
    if trace.outcome in ("routed", "mixed"):
        return next((step for step in trace.steps if step.stage == "route" and step.places and step.kind == "fact"), None)
    stages = {
        "denied": ("outcome", "server"), "tls-refused": ("server", "tls"), "no-cluster": ("destination",),
        "no-endpoints": ("destination",), "blackhole": ("outcome", "host"), "passthrough": ("host", "listener"),
    }.get(trace.outcome, ("outcome", "route", "host", "listener"))  # fmt: skip
    return next((step for step in reversed(trace.steps) if step.stage in stages and step.places and step.kind == "fact"), None)


def _destination(found: Destination) -> str:
    subset = f" subset {found.subset}" if found.subset else ""
    weight = f" (weight {found.weight})" if found.weight != 100 else ""
    ended = {"no-cluster": ": 503 NC", "no-endpoints": ": 503 UH", "passthrough": ", past all routes"}.get(found.outcome, "")
    tls = f" with {_TLS[found.client_tls]}" if found.client_tls and not found.leaves else ""
    return f"{found.host}:{found.port}{subset}{weight}{tls}{ended}"


def _leaf(leaf: Leaf) -> str:
    mode = f", server mode {leaf.mode}" if leaf.mode else ""
    status = f" ({leaf.status})" if leaf.status is not None else ""
    verdict = "the connection fails" if leaf.verdict == "tls-refused" else leaf.verdict
    return f"{leaf.workload.title}: {_TLS[leaf.client_tls]}{mode}: {verdict}{status}"

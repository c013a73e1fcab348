"""Traces as JSON; schemas/istiolint-trace.schema.json describes it."""

from collections.abc import Iterable
from typing import Any

from istiolint.findings.escape import as_json
from istiolint.resources.cursor import Cursor
from istiolint.trace.places import span
from istiolint.trace.result import Destination, Leaf, Trace

VERSION = 1
"""Raised when something is removed or changes its meaning; additions do not raise it."""


def render(traces: Iterable[Trace]) -> str:
    """Return all traces with their steps."""
    return as_json({"version": VERSION, "results": [{**as_value(trace), "steps": steps(trace)} for trace in traces]}, indent=2)


def steps(trace: Trace) -> list[dict[str, Any]]:
    """Return the steps with their places."""
    return [
        {"stage": step.stage, "kind": step.kind, "text": step.words, "places": [_place(at) for at in step.places]}
        for step in trace.steps
    ]


def _place(at: Cursor) -> dict[str, Any]:
    found = span(at)
    return {"path": found.source.path, "line": found.begins.line, "column": found.begins.column}


def as_value(trace: Trace) -> dict[str, Any]:
    """Return a trace as plain data, without its steps."""
    first = next((each.sent for each in trace.destinations if each.sent is not None), None)
    value: dict[str, Any] = {
        "id": trace.request.id or None,
        "request": trace.request.title,
        "from": trace.request.source,
        "outcome": trace.outcome,
        "final_status": trace.statuses,
        "flag": trace.flag or None,
        "route": trace.route.name if trace.route is not None else None,
        "destinations": [_destination(each, trace) for each in trace.destinations],
    }
    if trace.route is not None and trace.route.root_name:
        value["delegated_from"] = trace.route.root_name
    if trace.retries is not None:
        value |= {
            "timeout": trace.timeout,
            "retries": {
                "attempts": trace.retries.attempts,
                "on": trace.retries.on,
                "per_try_timeout": trace.retries.per_try_timeout,
            },
            "mirror": [
                {"host": each.host, "port": each.port, "subset": each.subset or None, "percent": each.percent}
                for each in trace.mirrors
            ],
        }
    if first is not None:
        value |= {
            "path": first.path, "authority": first.authority, "headers_set": first.headers_set,
            "headers_removed": first.headers_removed, "response_set": first.response_set,
            "response_removed": first.response_removed,
        }  # fmt: skip
    value |= {name: found for name in ("delay", "location", "body") if (found := getattr(trace, name)) is not None}
    if trace.denied_at is not None:
        value["denied_at"] = f"{trace.denied_at.namespace}/{trace.denied_at.name}"
        value["policy"] = f"{trace.policy.namespace}/{trace.policy.name}" if trace.policy is not None else None
    value["sure"] = trace.sure
    return value


def _destination(found: Destination, trace: Trace) -> dict[str, Any]:
    value: dict[str, Any] = {
        "host": found.host, "port": found.port, "subset": found.subset or None, "weight": found.weight, "outcome": found.outcome,
        "client_tls": found.client_tls, "workloads": [_leaf(leaf) for leaf in found.leaves],
    }  # fmt: skip
    first = next((each.sent for each in trace.destinations if each.sent is not None), None)
    if first is not None and found.sent is not None and found.sent is not first:
        for name in ("path", "authority", "headers_set", "headers_removed", "response_set", "response_removed"):
            if getattr(found.sent, name) != getattr(first, name):
                value[name] = getattr(found.sent, name)
    return value


def _leaf(leaf: Leaf) -> dict[str, Any]:
    return {
        "workload": f"{leaf.workload.namespace}/{leaf.workload.resource.name}",
        "client_tls": leaf.client_tls,
        "mode": leaf.mode,
        "verdict": leaf.verdict,
        "policy": f"{leaf.policy.namespace}/{leaf.policy.name}" if leaf.policy is not None else None,
        "status": leaf.status,
    }

"""Compare the expectations of a test with a trace; only the fields of the test are compared."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from istiolint.primitives.durations import nanoseconds
from istiolint.request_tests.case import listed
from istiolint.resources.cursor import Cursor
from istiolint.trace.result import Leaf, Sent, Trace
from istiolint.trace.steps import Stage, Step
from istiolint.trace.text import responsible


class Difference(NamedTuple):
    """A field with an unexpected value, the step of the trace that decides it, and its place in the test."""

    field: str
    expected: str
    actual: str
    step: Step | None
    at: Cursor


def differences(expect: Cursor, trace: Trace) -> Iterator[Difference]:
    """Yield the fields of a trace that differ from the expectations of a test."""
    for name, at in expect.items():
        check = _CHECKS.get(name)
        if check is None:
            continue
        actual = check.actual(trace)
        if not check.agrees(at.value, actual):
            yield Difference(name, shown(at.value), shown(actual), _step(trace, check.stages), at)


class _Check(NamedTuple):
    """The comparison of a field: its value in a trace, whether it is expected, and the stages that decide it."""

    actual: Callable[[Trace], Any]
    agrees: Callable[[Any, Any], bool]
    stages: tuple[Stage, ...]


def _step(trace: Trace, stages: tuple[Stage, ...]) -> Step | None:
    """Return the last step of the stages, otherwise the step that ends the request early."""
    ended = not trace.destinations and trace.denied_at is None and trace.route is None
    if ended and (found := responsible(trace)) is not None:
        return found
    wanted = ("outcome", "host", "listener") if ended else stages
    steps = [step for step in reversed(trace.steps) if step.stage in wanted and step.kind != "rejected"]
    found = next((step for step in steps if step.places), None) or next(iter(steps), None)
    return found or responsible(trace) or (trace.steps[-1] if trace.steps else None)


def shown(value: Any) -> str:
    """Return a value as a test file contains it."""
    if isinstance(value, list) and not any(isinstance(each, (dict, list)) for each in value):
        return ", ".join(map(_flow, value)) or "none"
    if isinstance(value, dict) and not any(isinstance(each, (dict, list)) for each in value.values()):
        return ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) or "none"
    return _flow(value)


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)


def _equal(expected: Any, actual: Any) -> bool:
    return bool((None if expected in (False, "", "none") else expected) == actual)


def _same_set(expected: Any, actual: list[Any]) -> bool:
    return sorted(map(str, listed(expected))) == sorted(map(str, set(actual)))


def _named(expected: Any, actual: list[str]) -> bool:
    """Whether lists of hosts, workloads or subsets agree; an expected name can omit the parts after a dot or colon."""
    wanted = [str(each) for each in listed(expected)]
    return all(any(_means(each, name) for name in actual) for each in wanted) and all(
        any(_means(each, name) for each in wanted) for name in actual
    )


def _means(written: str, actual: str) -> bool:
    if written == actual or actual.endswith((f" {written}", f"/{written}")):
        return True
    host, _, port = written.partition(":")
    other, _, number = actual.partition(":")
    return (other.startswith(f"{host}.") and port in ("", number)) or (host == other and not port)


def _route(expected: Any, actual: str | None) -> bool:
    if actual is None or expected in (None, False, "none"):
        return actual is None and expected in (None, False, "none")
    return expected in (actual, actual.partition(":")[0], actual.rpartition(":")[2], actual.partition("/")[2])


def _duration(expected: Any, actual: str | None) -> bool:
    if actual is None or expected in (None, False, "none"):
        return actual is None and expected in (None, False, "none")
    return nanoseconds(str(expected)) == nanoseconds(actual)


def _includes(expected: Any, actual: Any) -> bool:
    if isinstance(expected, dict):
        return all(str(actual.get(str(key).lower())) == str(value) for key, value in expected.items())
    return all(str(each).lower() in actual for each in listed(expected))


def _leaves(trace: Trace) -> list[Leaf]:
    return [leaf for destination in trace.destinations for leaf in destination.leaves]


def _allowed(trace: Trace) -> Any:
    """Return whether policies and TLS allow the request; a text if that depends on the workload."""
    if trace.denied_at is not None:
        return False
    verdicts = {leaf.verdict == "allowed" for leaf in _leaves(trace)}
    return "depends on the workload" if len(verdicts) > 1 else verdicts.pop() if verdicts else trace.outcome != "tls-refused"


def policies(trace: Trace) -> list[str]:
    """Return the policies that decide a request, as `namespace/name`."""
    found = [] if trace.policy is None else [trace.policy]
    found += [leaf.decided_by for leaf in _leaves(trace) if leaf.decided_by is not None]
    return list(dict.fromkeys(f"{policy.namespace}/{policy.name}" for policy in found))


def _first(trace: Trace) -> Sent | None:
    return next((each.sent for each in trace.destinations if each.sent is not None), None)


def _of_first(field: str) -> Callable[[Trace], Any]:
    return lambda trace: getattr(_first(trace), field, None)


def _workloads(trace: Trace) -> list[str]:
    return list(dict.fromkeys(f"{leaf.workload.namespace}/{leaf.workload.resource.name}" for leaf in _leaves(trace)))


_CHECKS: dict[str, _Check] = {
    "outcome": _Check(lambda trace: trace.outcome, _equal, ("outcome", "server", "destination", "route")),
    "status": _Check(lambda trace: trace.statuses, _same_set, ("outcome", "server", "destination")),
    "flag": _Check(lambda trace: trace.flag or None, _equal, ("outcome", "server", "destination")),
    "allowed": _Check(_allowed, lambda expected, actual: expected is actual, ("server",)),
    "policy": _Check(policies, _named, ("server",)),
    "route": _Check(lambda trace: trace.route.name if trace.route else None, _route, ("route", "host")),
    "delegated-from": _Check(lambda trace: trace.route.root_name if trace.route else None, _route, ("route",)),
    "destination": _Check(
        lambda trace: [f"{each.host}:{each.port}" for each in trace.destinations], _named, ("destination", "route")
    ),
    "subset": _Check(lambda trace: [each.subset for each in trace.destinations if each.subset], _same_set, ("destination",)),
    "workload": _Check(_workloads, _named, ("destination", "server")),
    "path": _Check(_of_first("path"), _equal, ("route",)),
    "authority": _Check(_of_first("authority"), _equal, ("route",)),
    "headers": _Check(lambda trace: _of_first("headers_set")(trace) or {}, _includes, ("route",)),
    "removed-headers": _Check(lambda trace: _of_first("headers_removed")(trace) or [], _includes, ("route",)),
    "response-headers": _Check(lambda trace: _of_first("response_set")(trace) or {}, _includes, ("route",)),
    "removed-response-headers": _Check(lambda trace: _of_first("response_removed")(trace) or [], _includes, ("route",)),
    "timeout": _Check(lambda trace: trace.timeout, _duration, ("route",)),
    "retries": _Check(lambda trace: trace.retries.attempts if trace.retries else 0, lambda e, a: (e or 0) == a, ("route",)),
    "delay": _Check(lambda trace: trace.delay, _duration, ("route",)),
    "mirror": _Check(lambda trace: [f"{each.host}:{each.port}" for each in trace.mirrors], _named, ("route",)),
    "location": _Check(lambda trace: trace.location, _equal, ("outcome", "route")),
    "body": _Check(lambda trace: trace.body, _equal, ("outcome", "route")),
    "client-tls": _Check(lambda trace: [each.client_tls for each in _leaves(trace)], _same_set, ("tls",)),
    "mode": _Check(lambda trace: [each.mode for each in _leaves(trace) if each.mode], _same_set, ("server",)),
}

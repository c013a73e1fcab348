"""Write tests that expect the results of traces."""

import json
import re
from collections.abc import Iterable
from typing import Any

from istiolint.trace.request import OUTSIDE
from istiolint.trace.result import Trace

_PLAIN = re.compile(r"[A-Za-z][\w/.:-]*[\w/]", re.ASCII)
_KEYWORDS = ("true", "false", "yes", "no", "on", "off", "null")
HEAD = """\
# Tests of requests, run by `istiolint test`. Only what is written under `expect` is compared.
tests:
"""


def as_test(trace: Trace) -> str:
    """Return a test that passes while a request has the same result as its trace."""
    request = trace.request
    wanted: dict[str, Any] = {"url": f"{request.scheme}://{request.authority}{request.path if request.is_http else ''}"}
    if request.is_http:
        wanted = {"method": request.method, **wanted}
    wanted |= {"headers": dict(request.headers)} if request.headers else {}
    wanted |= {"jwt": dict(request.claims)} if request.claims else {}
    lines = [f"  - name: {_scalar(f'{request.title} from {request.source}')}"]
    lines += [f"    from: {_scalar(request.source)}"] if request.source != OUTSIDE else []
    lines += ["    request:", *(f"      {key}: {_scalar(value)}" for key, value in wanted.items())]
    lines += ["    expect:", *(f"      {key}: {_scalar(value)}" for key, value in _expectations(trace).items())]
    return "\n".join(lines) + "\n"


def as_file(traces: Iterable[Trace]) -> str:
    """Return a test file."""
    return HEAD + "".join(map(as_test, traces))


def _expectations(trace: Trace) -> dict[str, Any]:
    found: dict[str, Any] = {"outcome": trace.outcome}
    if trace.statuses:
        found["status"] = trace.statuses[0] if len(trace.statuses) == 1 else trace.statuses
    if trace.route is not None:
        found["route"] = trace.route.name
    if trace.destinations:
        hosts = list(dict.fromkeys(f"{each.host}:{each.port}" for each in trace.destinations))
        found["destination"] = hosts[0] if len(hosts) == 1 else hosts
        if subsets := sorted({each.subset for each in trace.destinations if each.subset}):
            found["subset"] = subsets[0] if len(subsets) == 1 else subsets
    found |= {"timeout": trace.timeout} if trace.timeout else {}
    found |= {"location": trace.location} if trace.location else {}
    return found


def _scalar(value: Any) -> str:
    plain = isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _KEYWORDS
    return value if plain else json.dumps(value)

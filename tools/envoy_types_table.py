"""schemas/envoy-types.json: the packages of Envoy's API whose types each release of Istio knows.

The source has, for each package, as the Go import path below go-control-plane (`envoy/config/core/v3`, `contrib:envoy/...`), an
object with `added` and `removed`, the releases of Istio that began and ceased to import it (null for those that still do; `added`
may be `<=` the oldest release that was looked at). Packages of API v2 are left out: no release knows them.
"""

import json

from istiolint.settings import OLDEST, minor

CONTRIB = "contrib:"


def packages(found: dict[str, dict[str, str | None]]) -> dict[str, dict[str, str]]:
    """Each package with the releases `since` and until (`removed`) which it is known, where that is within those of istiolint."""
    spans: dict[str, list[tuple[int, int | None]]] = {}
    for path, facts in found.items():
        name = path.removeprefix(CONTRIB).replace("/", ".")
        if name.startswith("envoy.") and not any(part.startswith("v2") for part in name.split(".")):
            added = minor(str(facts["added"]).removeprefix("<="))
            spans.setdefault(name, []).append((added, minor(facts["removed"]) if facts["removed"] else None))
    return {name: _facts(spans[name]) for name in sorted(spans)}


def _facts(spans: list[tuple[int, int | None]]) -> dict[str, str]:
    """One span of several: a package that moved out of contrib was there all the time."""
    since = min(start for start, _ in spans)
    ends = [end for _, end in spans if end is not None]
    facts = {"since": f"1.{since}"} if since > minor(OLDEST) else {}
    if len(ends) == len(spans):
        facts["removed"] = f"1.{max(ends)}"
    return facts


def text(found: dict[str, dict[str, str | None]]) -> str:
    """Return the table, one package a line."""
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(facts)}" for name, facts in packages(found).items())
    return f"{{\n{lines}\n}}\n"

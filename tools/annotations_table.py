"""schemas/annotations.json: Istio's annotations and labels, from a table of facts.

The source is {"annotations": {NAME: FACT}, "labels": {NAME: FACT}}, FACT = {"resources": [KIND ...], "stage": "Alpha", "Beta",
"Stable" or null, "added", "removed", "deprecated": MINOR or null}. A missing stage is alpha, as in Istio's own generated table.
"""

import json
from typing import Any

OLDEST = (1, 18)
GATEWAY_API = {"Gateway": "KubernetesGateway"}


def entry(fact: dict[str, Any]) -> dict[str, Any]:
    """What istiolint needs of one annotation: `since` only where it came after the oldest supported Istio."""
    kinds = sorted(GATEWAY_API.get(kind, kind) for kind in fact["resources"])
    made: dict[str, Any] = {"kinds": kinds, "stage": (fact["stage"] or "Alpha").lower()}
    added = fact["added"]
    if not added.startswith("<=") and tuple(map(int, added.split("."))) > OLDEST:
        made["since"] = added
    return made | {key: fact[key] for key in ("removed", "deprecated") if fact[key]}


def text(facts: dict[str, Any]) -> str:
    """Return the table."""
    table = {part: {name: entry(fact) for name, fact in sorted(facts[part].items())} for part in ("annotations", "labels")}
    return json.dumps(table, indent=1) + "\n"

"""Build schemas/annotations.json, the table of Istio's annotations and labels, from a table of facts.

usage: python tools/build_annotations.py FACTS.json [schemas/annotations.json]

FACTS.json holds {"annotations": {NAME: FACT}, "labels": {NAME: FACT}}, FACT = {"resources": [KIND ...], "stage": "Alpha", "Beta",
"Stable" or null, "added", "removed", "deprecated": MINOR or null}. A missing stage is alpha, as in Istio's own generated table.
"""

import json
import sys
from pathlib import Path
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


def main() -> None:
    facts = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    target = Path(sys.argv[2] if len(sys.argv) > 2 else "schemas/annotations.json")
    table = {part: {name: entry(fact) for name, fact in sorted(facts[part].items())} for part in ("annotations", "labels")}
    target.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    print(f"{target}: {len(table['annotations'])} annotations, {len(table['labels'])} labels")


if __name__ == "__main__":
    main()

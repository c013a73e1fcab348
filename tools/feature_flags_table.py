"""schemas/feature-flags.json: the environment variables of istiod and of proxies that a release removed.

The source has, for each variable, an object with `removed`: the release without it, null for those that still exist.
"""

import json
from typing import Any


def text(flags: dict[str, Any]) -> str:
    """Return the table."""
    gone = {name: facts["removed"] for name, facts in sorted(flags.items()) if facts.get("removed")}
    return json.dumps(gone, indent=1) + "\n"

"""Write schemas/feature-flags.json: the environment variables of istiod and of proxies that a release took away.

usage: python tools/build_feature_flags.py FLAGS [OUTPUT]

FLAGS is JSON: for each variable an object with `removed`, the release without it (null for those that are still there).
"""

import json
import sys
from pathlib import Path


def main() -> None:
    flags = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    gone = {name: facts["removed"] for name, facts in sorted(flags.items()) if facts.get("removed")}
    output = Path(sys.argv[2] if len(sys.argv) > 2 else "schemas/feature-flags.json")
    output.write_text(json.dumps(gone, indent=1) + "\n", "utf-8")
    print(f"{output}: {len(gone)} flags")


if __name__ == "__main__":
    main()

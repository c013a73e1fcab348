"""Fetch the JavaScript library that HTML pages embed from npm, and record what it is.

usage: python tools/vendor_library.py VERSION

Writes dagre.min.js, dagre.LICENSE and libraries.json (name, version, license, SHA-256) in src/istiolint/report/assets/.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ASSETS = Path(__file__).parents[1] / "src/istiolint/report/assets"
NAME = "@dagrejs/dagre"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", f"{NAME}@{sys.argv[1]}", "--pack-destination", folder, "--json"], check=True, capture_output=True
        )
        with tarfile.open(Path(folder) / json.loads(packed.stdout)[0]["filename"].rpartition("/")[2]) as archive:
            archive.extractall(folder, filter="data")
        package = Path(folder) / "package"
        facts = json.loads((package / "package.json").read_text("utf-8"))
        script = (package / "dist/dagre.min.js").read_bytes()
        (ASSETS / "dagre.min.js").write_bytes(script)
        (ASSETS / "dagre.LICENSE").write_bytes((package / "LICENSE").read_bytes())
    record = {
        "name": facts["name"], "version": facts["version"], "license": facts["license"], "file": "dagre.min.js",
        "sha256": hashlib.sha256(script).hexdigest(),
    }  # fmt: skip
    (ASSETS / "libraries.json").write_text(json.dumps([record], indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()

"""How long linting one small file takes, as a whole process, against importing click and ruamel.yaml alone.

    python tools/benchmark_startup.py [RUNS]

Prints the processor time of both, run in turn, and the ratio of the medians; it shall stay below 2.0. Both run from bytecode, as
installed packages do, also in a checkout.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

MANIFEST = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: prod}
spec:
  hosts: [reviews]
  http:
    - route:
        - destination: {host: reviews}
      timeout: 1s
"""
BASE = [sys.executable, "-c", "import click, ruamel.yaml"]


def processor_time(command: list[str], bytecode: str) -> float:
    """User and system seconds of a command; `bytecode` is the folder for what its first run compiles."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**environment, "PYTHONPYCACHEPREFIX": bytecode})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "reviews.yaml")
        file.write_text(MANIFEST, "utf-8")
        lint = [sys.executable, "-m", "istiolint", "--isolated", os.fspath(file)]
        for command in (lint, BASE):
            processor_time(command, folder)
        pairs = [(processor_time(lint, folder), processor_time(BASE, folder)) for _ in range(runs)]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"istiolint {ours * 1000:.0f} ms, imports alone {theirs * 1000:.0f} ms, ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)

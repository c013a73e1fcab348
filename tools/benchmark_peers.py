"""Lint generated meshes with istiolint and with `istioctl analyze`, in turn, and print the ratios of processor and wall time.

    python tools/benchmark_peers.py ISTIOCTL [SIZE ...]        (default: 100 1000 services; see tools/benchmark_mesh.py)

Each figure is the median of five pairs. Below 1, istiolint is faster.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmark_mesh import write

PAIRS = 5


class Times(NamedTuple):
    """Seconds of one run."""

    processor: float
    wall: float


def timed(command: list[str]) -> Times:
    """Run a command and return its times; SystemExit if it fails."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode < 0 or done.returncode == 2:
        raise SystemExit(f"{command[0]} failed: {done.stderr[-2000:]}")
    return Times(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def main(istioctl: str, sizes: list[int]) -> None:
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), size)
            ours = [sys.executable, "-m", "istiolint", "--isolated", "--whole-mesh", folder]
            theirs = [istioctl, "analyze", "--use-kube=false", "--recursive", folder]
            pairs = [(timed(ours), timed(theirs)) for _ in range(PAIRS)]
        processor = statistics.median(one.processor / other.processor for one, other in pairs)
        wall = statistics.median(one.wall / other.wall for one, other in pairs)
        print(f"{size:>7} services: processor time {processor:.2f}, wall time {wall:.2f} of istioctl")


if __name__ == "__main__":
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        raise SystemExit(__doc__)
    main(sys.argv[1], [int(size) for size in sys.argv[2:]] or [100, 1000])

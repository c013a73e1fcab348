"""Lint inputs of each shape in tools/shapes.py at two sizes, and print how the cost grows.

    python tools/benchmark_shapes.py [SHAPE ...]

Prints the processor time at N and at 2N, less that of an empty run, and the ratio. A ratio above the limit means that a rule or
an index compares pairwise; the exit status is then 1. Run it before a release. Each run is the installed command in its own
process.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from shapes import SHAPES

LIMIT = 2.6


def seconds(folder: Path) -> float:
    """The processor time of linting a folder."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "istiolint", "--isolated", "--format", "json", os.fspath(folder)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(f"istiolint failed on {folder}: {done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(name: str, number: int) -> float:
    """The processor time of a shape at one size."""
    with tempfile.TemporaryDirectory() as folder:
        SHAPES[name][1](number, Path(folder))
        return seconds(Path(folder))


def empty() -> float:
    """The processor time of a run over one small file."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "map.yaml").write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n")
        return min(seconds(Path(folder)) for _ in range(3))


def main(names: list[str]) -> None:
    if unknown := set(names) - SHAPES.keys():
        raise SystemExit(f"unknown shape: {', '.join(sorted(unknown))}")
    start, slow = empty(), []
    print(f"{'shape':<28} {'N':>6} {'seconds':>8} {'at 2N':>8}  ratio")
    for name in names or SHAPES:
        size = SHAPES[name][0]
        once, twice = (max(measured(name, number) - start, 0.01) for number in (size, 2 * size))
        if twice / once > LIMIT:
            slow.append(name)
        print(f"{name:<28} {size:>6} {once:>8.2f} {twice:>8.2f}  {twice / once:.2f}", flush=True)
    if slow:
        raise SystemExit(f"more than {LIMIT} times: {', '.join(slow)}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Lint one changed file of a large repository with the rest as context, as a pre-commit hook does, and that file alone.

    python tools/benchmark_hook.py [FILES] [PAIRS]      (default: 5000 files, 5 pairs)

Each pair changes the file, runs both commands in turn with a warm cache, and prints the ratios of processor and wall time and
their medians. The ratio shall be at most 3. All runs use bytecode, as installed packages do.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import benchmark_mesh


def measured(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Processor and wall seconds of a command."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(f"istiolint failed: {done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def main(files: int, pairs: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "repository")
        folder.mkdir()
        benchmark_mesh.write(folder, files)
        changed = "team-0/service-1.yaml"
        text = (folder / changed).read_text("utf-8")
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": f"{name}/bytecode", "ISTIOLINT_CACHE_DIR": f"{name}/cache"}
        alone = [sys.executable, "-m", "istiolint", "--isolated", changed]
        hook = [*alone, "--context", "."]
        for command in (hook, alone):
            measured(command, folder, environment)
        ratios = []
        for number in range(pairs):
            (folder / changed).write_text(f"{text}# change {number}\n", "utf-8")
            (cpu, wall), (cpu_alone, wall_alone) = (measured(command, folder, environment) for command in (hook, alone))
            ratios.append((cpu / cpu_alone, wall / wall_alone))
            print(f"hook {cpu:.2f} s ({wall:.2f} s wall), file alone {cpu_alone:.2f} s ({wall_alone:.2f} s wall)", flush=True)
    cpu, wall = (statistics.median(values) for values in zip(*ratios, strict=True))
    print(f"ratio {cpu:.1f} of processor time, {wall:.1f} of wall time")


if __name__ == "__main__":
    main(*[int(value) for value in (*sys.argv[1:], *("5000", "5")[len(sys.argv) - 1 :])])

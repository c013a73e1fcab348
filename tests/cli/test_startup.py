"""Modules that a run without findings does not import (tools/benchmark_startup.py measures its time)."""

import os
import subprocess
import sys
from pathlib import Path

from commands import ROOT

LAZY_MODULES = {
    "array", "cryptography", "importlib.metadata", "istiolint.mesh.gateway_servers", "istiolint.rendered.charts",
    "istiolint.suppression.comments", "istiolint.traffic.shadowing", "jsonschema", "multiprocessing", "pathspec", "rapidfuzz",
    "re2", "rich", "shlex", "socket", "pickle", "tempfile", "unicodedata",
}  # fmt: skip


def test_dear_modules_are_imported_where_they_are_needed(tmp_path: Path, sound: str) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "istiolint", "--isolated", sound]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    found = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in found.stderr.splitlines()}
    assert "istiolint.engine.lint" in imported
    assert imported & LAZY_MODULES == set()


def test_validation_leaves_the_parser_of_dates_alone() -> None:
    code = (
        "import istiolint.schema.library, email.utils; print(email.utils.parsedate_to_datetime('Mon, 2 Nov 2026 10:00:00 +0000'))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout == "2026-11-02 10:00:00+00:00\n"

"""Code Quality of GitLab: an array of issues in JSON.

GitLab recognizes issues by their fingerprints and drops those that share one. Paths are relative to the root of the repository.
"""

import hashlib
import os
from collections import Counter
from pathlib import Path
from typing import Any

from istiolint.findings.escape import as_json, printable
from istiolint.findings.finding import Diagnostic
from istiolint.findings.report import Report
from istiolint.report.fingerprint import identity
from istiolint.report.wording import one_line

SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def render(report: Report) -> str:
    """Return the report as GitLab's `codequality` artifact."""
    counts: Counter[str] = Counter()
    issues = []
    for diagnostic in report.diagnostics:
        same = identity(diagnostic)
        counts[same] += 1
        issues.append(_issue(diagnostic, same if counts[same] == 1 else f"{same}:{counts[same]}"))
    return as_json(issues, indent=1)


def _issue(diagnostic: Diagnostic, fingerprint: str) -> dict[str, Any]:
    begins, ends = diagnostic.span.begins, diagnostic.span.ends
    return {
        "description": f"{diagnostic.rule}: {one_line(diagnostic)}",
        "check_name": diagnostic.rule,
        "fingerprint": hashlib.sha256(fingerprint.encode()).hexdigest(),
        "severity": SEVERITIES[diagnostic.severity],
        "location": {"path": _path(diagnostic.span.source.path), "lines": {"begin": begins.line, "end": ends.line}},
    }


def _path(path: str) -> str:
    return printable(Path(os.path.relpath(path, os.environ.get("CI_PROJECT_DIR") or os.curdir)).as_posix())

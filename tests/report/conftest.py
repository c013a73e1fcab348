"""Reports on what the project's fixtures hold."""

from pathlib import Path

import pytest

from istiolint.engine.lint import lint
from istiolint.report import Report
from istiolint.settings import Settings
from istiolint.sources import discover

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def everything() -> Report:
    """What all rules say on the broken shop and on the files that are no YAML, with paths as from the root of the project."""
    report = lint(
        discover([str(ROOT / "fixtures/shop/broken"), str(ROOT / "fixtures/broken")]), Settings(select=("ALL",), whole_mesh=True)
    )
    for source in report.sources.values():
        source.path = Path(source.path).relative_to(ROOT).as_posix()
    assert len(report.diagnostics) > 40
    return report

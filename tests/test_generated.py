"""Generated files are up to date, and `tools/generate.py --check` notices those that are not."""

import sys

import generate
import pytest


@pytest.mark.parametrize("path", generate.FILES)
def test_file_is_up_to_date(path: str) -> None:
    if path.startswith("docs/guides/") and sys.platform == "win32":
        pytest.skip("guides are written for a POSIX shell")
    difference = generate.stale(path, generate.FILES[path]())
    if difference:
        shown = "\n".join(line[:160] for line in difference.splitlines()[:20])
        pytest.fail(f"{path} is out of date; run `.venv/bin/python tools/generate.py`\n{shown}", pytrace=False)


def test_differences_are_shown() -> None:
    found = generate.stale("docs/kiali.md", "# Other\n")
    assert "+# Other" in found
    assert "-# Codes of Kiali" in found


def test_a_missing_file_is_out_of_date() -> None:
    assert generate.stale("docs/none.md", "# New\n").endswith("+# New")

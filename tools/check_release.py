"""Check that a tag can be released: the version, the changelog and the repository are set. Prints what is missing.

usage: python tools/check_release.py TAG
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from set_repository import PLACEHOLDER, files

ROOT = Path(__file__).parents[1]


def missing(root: Path, tag: str) -> Iterator[str]:
    """Yield what keeps a tag from being released."""
    found = re.search(r'^__version__ = "(.+)"$', (root / "src/istiolint/__init__.py").read_text("utf-8"), re.MULTILINE)
    version = found[1] if found else ""
    if tag != f"v{version}":
        yield f"the tag is {tag}, but src/istiolint/__init__.py has the version {version}"
    if not re.search(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    ):
        yield f"CHANGELOG.md has no section `## [{version}] - DATE`"
    for path in files(root):
        if PLACEHOLDER in path.read_text("utf-8"):
            yield f"{path.relative_to(root)} names {PLACEHOLDER}: run tools/set_repository.py OWNER/REPOSITORY"


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    if found := list(missing(ROOT, sys.argv[1])):
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main()

"""Make the relative links of README.md absolute, because the package index shows it without the other files.

usage: python tools/absolute_links.py TAG

Run before the packages of a release are built, in a checkout that is not committed; tools/set_repository.py comes first.
"""

import re
import sys
from pathlib import Path

from set_repository import PLACEHOLDER, current

ROOT = Path(__file__).parents[1]
RELATIVE = re.compile(r"\]\((?![a-z]+:|#)([^)\s]+)\)")


def absolute(text: str, slug: str, tag: str) -> str:
    """Return Markdown with links to the files of a repository at a tag."""
    return RELATIVE.sub(rf"](https://github.com/{slug}/blob/{tag}/\1)", text)


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    slug = current((ROOT / "pyproject.toml").read_text("utf-8"))
    if slug == PLACEHOLDER:
        raise SystemExit("the repository is not set: run tools/set_repository.py OWNER/REPOSITORY")
    readme = ROOT / "README.md"
    readme.write_text(absolute(readme.read_text("utf-8"), slug, sys.argv[1]), "utf-8")


if __name__ == "__main__":
    main()

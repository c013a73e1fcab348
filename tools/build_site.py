"""Write the pages of the site, which MkDocs turns into HTML: those of docs/ and the repository, and those made from the code.

usage: python tools/build_site.py [FOLDER] && mkdocs build --strict
"""

import shutil
import sys
from pathlib import Path

from site_pages.commands import command_pages
from site_pages.links import MOVED, page_of, relinked
from site_pages.rules import rule_pages

ROOT = Path(__file__).parents[1]
SCHEMAS = "istiolint-*.schema.json"


def site() -> dict[str, str]:
    """Every page by its path."""
    files = [*sorted(file.relative_to(ROOT).as_posix() for file in (ROOT / "docs").rglob("*.md")), *MOVED]
    pages = {page_of(file): relinked((ROOT / file).read_text("utf-8"), file) for file in files}
    pages["license.md"] = f"# License\n\n```text\n{pages['license.md'].strip()}\n```\n"
    return pages | rule_pages() | command_pages()


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/docs")
    shutil.rmtree(folder, ignore_errors=True)
    pages = site()
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "schemas").mkdir()
    for schema in (ROOT / "schemas").glob(SCHEMAS):
        shutil.copy(schema, folder / "schemas")
    print(f"{folder}: {len(pages)} pages")


if __name__ == "__main__":
    main()

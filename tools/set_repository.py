"""Write the address of the repository into README, docs, packages, workflows and project URLs, from which SARIF takes its links.

usage: python tools/set_repository.py OWNER/REPOSITORY
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACEHOLDER = "OWNER/istiolint"
SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")
PATTERNS = (
    "README.md", "CONTRIBUTING.md", "SECURITY.md", "Dockerfile", "action.yml", "mkdocs.yml", "pyproject.toml", "docs/**/*.md",
    "packaging/*", "schemas/istiolint-config.schema.json", ".github/**/*.yml", "editors/vscode/package.json",
    "editors/vscode/*.md",
)  # fmt: skip
"""The files that name the repository."""


def files(root: Path) -> Iterator[Path]:
    """Yield the files that may name the repository."""
    for pattern in PATTERNS:
        yield from (path for path in sorted(root.glob(pattern)) if path.is_file())


def current(pyproject: str) -> str:
    """Return the repository that pyproject.toml names, or the placeholder."""
    found = re.search(r'^Repository = "https://github\.com/([^"]+)"$', pyproject, re.MULTILINE)
    return found[1] if found else PLACEHOLDER


def project_urls(slug: str) -> str:
    """Return the table of project URLs; SARIF reports and `explain` link to them."""
    owner, name = slug.split("/")
    return (
        "[project.urls]\n"
        f'Documentation = "https://{owner.lower()}.github.io/{name}/"\n'
        f'Repository = "https://github.com/{slug}"\n'
        f'Issues = "https://github.com/{slug}/issues"\n'
        f'Changelog = "https://github.com/{slug}/blob/main/CHANGELOG.md"\n'
    )


def site_addresses(slug: str) -> str:
    """Return the lines of mkdocs.yml with the addresses of the site and the repository."""
    owner, name = slug.split("/")
    return f"site_url: https://{owner.lower()}.github.io/{name}/\nrepo_url: https://github.com/{slug}\n"


def extension_repository(slug: str) -> str:
    """Return the line of the extension's package.json with the address of the repository."""
    return f'  "repository": "github:{slug}",\n'


def set_repository(root: Path, slug: str) -> list[Path]:
    """Replace the present repository by `slug`, and return the files that changed."""
    pyproject = root / "pyproject.toml"
    before = current(pyproject.read_text("utf-8"))
    changed = []
    for path in files(root):
        text = old = path.read_text("utf-8")
        text = re.sub(rf"(?<![\w-]){re.escape(before)}(?![\w-])", slug, text)
        if path == pyproject:
            text = re.sub(r"\[project\.urls\]\n(?:.+\n)*\n?", "", text)
            text = text.replace("[project.scripts]\n", f"{project_urls(slug)}\n[project.scripts]\n", 1)
        elif path.name == "mkdocs.yml":
            text = re.sub(r"^(?:site_url|repo_url): .*\n", "", text, flags=re.MULTILINE)
            text = text.replace("docs_dir:", f"{site_addresses(slug)}docs_dir:", 1)
        elif path.name == "package.json":
            text = re.sub(r'^  "repository": .*\n', "", text, flags=re.MULTILINE)
            text = text.replace('  "license":', f'{extension_repository(slug)}  "license":', 1)
        if text != old:
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed


def main() -> None:
    if len(sys.argv) != 2 or not SLUG.fullmatch(sys.argv[1]):
        raise SystemExit(__doc__)
    for path in set_repository(ROOT, sys.argv[1]):
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()

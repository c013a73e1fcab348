"""Links of pages that people read in the repository, as they must be where the site puts these pages."""

import posixpath
import re

_LINK = re.compile(r"(?<!!)\[(?P<words>[^\]\n]*)\]\((?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
_FENCED = re.compile(r"^(?P<fence>`{3,})[^\n]*\n.*?^(?P=fence)$", re.MULTILINE | re.DOTALL)

MOVED = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "LICENSE": "license.md",
    "SECURITY.md": "security.md",
}
"""Files of the repository and the pages that hold them; those in docs/ and rules/ keep their names."""


def page_of(file: str) -> str:
    """The page that holds a file of the repository."""
    return MOVED.get(file, file.removeprefix("docs/"))


def relinked(text: str, file: str) -> str:
    """The text of a file with links from its page to other pages. Code stays as it is."""

    def link(match: re.Match[str]) -> str:
        if "://" in match["target"]:
            return match[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(file), match["target"]))
        relative = posixpath.relpath(page_of(target), posixpath.dirname(page_of(file)) or ".")
        return f"[{match['words']}]({relative}{match['anchor'] or ''})"

    pieces, at = [], 0
    for code in _FENCED.finditer(text):
        pieces += [_LINK.sub(link, text[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*pieces, _LINK.sub(link, text[at:])])

"""The pages of the rules: rules/TOPIC/ID.md, each the documentation and the tests of one rule.

A page has a title and the sections `What it does`, `Why it matters`, `How to fix`, `Example`, `Not reported` and `See also`,
and possibly `When to ignore it`. The YAML blocks below `Example` are bad if they announce findings, otherwise their corrected
form; those below `Not reported` are near misses. In a bad block a comment on the line with the mistake announces what must be
reported there: `# error: route-to-missing-subset "part of the message"` (a comment alone on a line applies to the next one).
Words after ```yaml are settings of the example: `whole-mesh`, `istio-version=1.24`, `upgrade-to=1.31`,
`parameter.attempts=5` (a parameter of the rule), `encoding=latin-1` (how the file is stored), `clusters` (the first folder of a
title is the cluster to which the file is applied), and `title="gateway.yaml"`: adjacent blocks with titles are the files of one
example. A block ```yaml fixed contains the result of the safe fixes of the block before it, and a block ```yaml fixed unsafe the
result of all its fixes, if some are unsafe.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from istiolint.data import folder
from istiolint.rules import plugins
from istiolint.rules.registry import defined, plugin_failures

_FENCE = re.compile(r"^```yaml(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## +(?P<name>.+)$", re.MULTILINE)
_BAD, _GOOD = "Example", "Not reported"
SECTIONS = ("What it does", "Why it matters", "How to fix", _BAD, _GOOD, "See also")
"""The headings of a page, in order."""
OPTIONAL = "When to ignore it"
"""The heading that only some pages have, before the last one."""
_EXPECTED = re.compile(r"(?:error|warning|info): (?P<rule>[a-z0-9-]+)(?: \"(?P<words>[^\"]*)\")?")
_COMMENT = re.compile(r"[ \t]*# (?:error|warning|info): [a-z0-9-]+.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that an example announces."""

    file: str
    line: int
    severity: str
    rule: str
    words: str


@dataclass(slots=True)
class Example:
    """Files by name, the settings they need, and the file after its safe fixes and after all fixes if the page shows it."""

    good: bool
    line: int
    files: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    fixed: str | None = None
    fixed_unsafe: str | None = None
    starts: dict[str, int] = field(default_factory=dict)
    """The lines of the page at which the blocks of the files start."""

    @property
    def shows_fixes(self) -> bool:
        """Whether the page shows the file after fixing."""
        return self.fixed is not None or self.fixed_unsafe is not None

    def expected(self) -> list[Expected]:
        """Return what the comments in the files announce."""
        return [found for name, text in self.files.items() for found in _announced(name, text)]


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a rule; `text` is its Markdown."""

    rule: str
    topic: str
    path: Path
    text: str

    @property
    def title(self) -> str:
        """The title of the page."""
        return self.text.splitlines()[0].removeprefix("# ").strip()

    @property
    def summary(self) -> str:
        """The first paragraph: what the rule reports."""
        return next((" ".join(part.split()) for part in self.text.split("\n\n")[1:] if not part.startswith("#")), self.title)

    @property
    def headings(self) -> list[str]:
        """The titles of the sections, in order."""
        return [match["name"].strip() for match in _HEADING.finditer(self.text)]

    def examples(self) -> Iterator[Example]:
        """Yield the examples, in order."""
        for example in self._examples():
            example.good = example.good or not example.expected()
            yield example

    def _examples(self) -> Iterator[Example]:
        example: Example | None = None
        last_end = -1
        headings = [(match.start(), match["name"].strip()) for match in _HEADING.finditer(self.text)]
        for match in _FENCE.finditer(self.text):
            heading = next((name for at, name in reversed(headings) if at < match.start()), "")
            if heading not in (_BAD, _GOOD):
                continue
            settings = _settings(match["info"])
            if "fixed" in settings and example:
                if "unsafe" in settings:
                    example.fixed_unsafe = match["text"]
                else:
                    example.fixed = match["text"]
                continue
            title = settings.pop("title", None)
            joined = title and example and not self.text[last_end : match.start()].strip() and title not in example.files
            if not (joined and example):
                if example:
                    yield example
                example = Example(heading == _GOOD, self.text.count("\n", 0, match.start()) + 1)
            example.files[title or "example.yaml"] = match["text"]
            example.starts[title or "example.yaml"] = self.text.count("\n", 0, match.start()) + 1
            example.settings |= settings
            last_end = match.end()
        if example:
            yield example


def pages() -> dict[str, Page]:
    """Return every page by its rule: those of istiolint, of loaded plugins, and of rules that a configuration defines."""
    if not defined():
        return _written()
    from istiolint.rules.custom import TOPIC, folder_of, page_of

    return {**{each.id: Page(each.id, TOPIC, folder_of(each), page_of(each)) for each in defined()}, **_written()}


@cache
def _written() -> dict[str, Page]:
    plugin_failures()  # loads the plugins
    return {page.rule: page for of in (*plugins.PAGES, folder("rules")) for page in pages_in(of)}


def pages_in(folder: Path | str) -> list[Page]:
    """Return the pages TOPIC/ID.md in a folder."""
    files = sorted(Path(folder).glob("*/*.md"))
    return [Page(file.stem, file.parent.name, file, file.read_text("utf-8")) for file in files]


def without_announcements(text: str) -> str:
    """Return the text of an example without the comments that announce findings."""
    return _COMMENT.sub("", text)


def _settings(info: str) -> dict[str, str]:
    return {key: value for key, _, value in (word.partition("=") for word in shlex.split(info))}


def _announced(file: str, text: str) -> Iterator[Expected]:
    for number, line in enumerate(text.splitlines(), 1):
        if "# " in line:
            own_line = line.lstrip().startswith("# ")
            for match in _EXPECTED.finditer(line[line.index("# ") :]):
                severity = match[0].partition(":")[0]
                yield Expected(file, number + own_line, severity, match["rule"], match["words"] or "")

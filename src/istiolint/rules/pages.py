"""The pages of the rules: rules/TOPIC/ID.md, each the documentation and the tests of one rule.

A page has a title and the sections `What it does`, `Why it matters`, `How to fix`, `Example`, `Not reported` and `See also`;
where the severity is below error also `When to ignore it`. The YAML blocks below `Example` are bad if they announce findings,
else their corrected form; those below `Not reported` are near misses. (Older pages have `Mend`, `Bad` and `Good`.) In a bad
block a comment on the line with the mistake says what must be found there: `# error: route-to-missing-subset "part of the
message"` (a comment alone on a line speaks of the next one). Words behind ```yaml are settings of the example: `whole-mesh`,
`istio-version=1.24`, `upgrade-to=1.31`, `parameter.attempts=5` (a parameter of the rule), `encoding=latin-1` (how the file is
stored), `clusters` (the first folder of a title is the cluster to which the file is applied), and `title="gateway.yaml"`:
neighboring blocks with titles are the files of one example. A block ```yaml fixed is what the fixes make of the block before.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from istiolint.data import folder
from istiolint.rules import plugins
from istiolint.rules.registry import plugin_failures

_FENCE = re.compile(r"^```yaml(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## +(?P<name>.+)$", re.MULTILINE)
_SECTIONS = {"Bad": "bad", "Good": "good", "Example": "either", "Not reported": "good"}
"""The sections with examples: whether these are bad, good, or either, depending on what they announce."""
_EXPECTED = re.compile(r"(?:error|warning|info): (?P<rule>[a-z0-9-]+)(?: \"(?P<words>[^\"]*)\")?")
_COMMENT = re.compile(r"[ \t]*# (?:error|warning|info): [a-z0-9-]+.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that an example says must be there."""

    file: str
    line: int
    severity: str
    rule: str
    words: str


@dataclass(slots=True)
class Example:
    """Files by name, what must be found in them, the settings they need, and the files after fixing if the page shows them."""

    good: bool
    line: int
    section: str = "Bad"
    files: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    fixed: str | None = None
    starts: dict[str, int] = field(default_factory=dict)
    """The lines of the page at which the blocks of the files start."""

    def expected(self) -> list[Expected]:
        """What the comments in the files announce."""
        return [found for name, text in self.files.items() for found in _announced(name, text)]


@dataclass(frozen=True, slots=True)
class Page:
    """A rule's page. `text` is the whole Markdown, `summary` its first paragraph."""

    rule: str
    topic: str
    path: Path
    text: str

    @property
    def title(self) -> str:
        """The heading of the page, without its mark."""
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
            example.good = example.good and (_SECTIONS[example.section] != "either" or not example.expected())
            yield example

    def _examples(self) -> Iterator[Example]:
        example: Example | None = None
        last_end = -1
        headings = [(match.start(), match["name"].strip()) for match in _HEADING.finditer(self.text)]
        for match in _FENCE.finditer(self.text):
            heading = next((name for at, name in reversed(headings) if at < match.start()), "")
            if heading not in _SECTIONS:
                continue
            settings = _settings(match["info"])
            if "fixed" in settings and example:
                example.fixed = match["text"]
                continue
            title = settings.pop("title", None)
            joined = title and example and not self.text[last_end : match.start()].strip() and title not in example.files
            if not (joined and example):
                if example:
                    yield example
                example = Example(_SECTIONS[heading] != "bad", self.text.count("\n", 0, match.start()) + 1, heading)
            example.files[title or "example.yaml"] = match["text"]
            example.starts[title or "example.yaml"] = self.text.count("\n", 0, match.start()) + 1
            example.settings |= settings
            last_end = match.end()
        if example:
            yield example


@cache
def pages() -> dict[str, Page]:
    """Every page by its rule: those of istiolint, and those of plugins that were loaded."""
    plugin_failures()  # loads the plugins
    return {page.rule: page for of in (*plugins.PAGES, folder("rules")) for page in pages_in(of)}


def pages_in(folder: Path | str) -> list[Page]:
    """Return the pages TOPIC/ID.md in a folder."""
    files = sorted(Path(folder).glob("*/*.md"))
    return [Page(file.stem, file.parent.name, file, file.read_text("utf-8")) for file in files]


def without_announcements(text: str) -> str:
    """An example's text without the comments that announce findings."""
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

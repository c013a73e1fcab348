"""The comments of one file by the lines that they apply to, so that a finding asks only those of its line."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator

from istiolint.rules.check import Rule
from istiolint.suppression.comments import Comment
from istiolint.suppression.suppression import Suppression


class FileComments:
    """The comments of a file.

    Comments apply to one line, to all lines of a document, or to the file. All comments of a document apply to the same lines, so
    there are at most three groups for a line.
    """

    def __init__(self) -> None:
        self.comments: list[Comment] = []
        self._groups: dict[range | None, list[Suppression]] = defaultdict(list)
        self._documents: list[tuple[int, int]] = []
        self._known: dict[tuple[range | None, str], list[str]] = {}

    def add(self, comments: Iterable[Comment]) -> None:
        """Add comments of the file."""
        for comment in comments:
            self.comments.append(comment)
            if not comment.suppression:
                continue
            lines = comment.lines
            if lines is not None and len(lines) > 1 and lines not in self._groups:
                insort(self._documents, (lines.start, lines.stop))
            self._groups[lines].append(comment.suppression)

    def reasons(self, rule: Rule, line: int) -> list[str]:
        """Return the reasons of the comments that suppress findings of a rule on a line."""
        return [reason for lines in self._lines(line) for reason in self._reasons(lines, rule)]

    def _lines(self, line: int) -> Iterator[range | None]:
        yield None
        index = bisect_right(self._documents, line, key=lambda lines: lines[0]) - 1
        if index >= 0 and line < self._documents[index][1]:
            yield range(*self._documents[index])
        yield range(line, line + 1)

    def _reasons(self, lines: range | None, rule: Rule) -> list[str]:
        key = lines, rule.id
        if lines in self._groups and key not in self._known:
            self._known[key] = [one.reason for one in self._groups[lines] if one.suppresses(rule)]
        return self._known.get(key, [])

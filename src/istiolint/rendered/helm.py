"""`helm template`: the output of a chart, and the template of each part.

Helm writes `# Source: CHART/templates/x.yaml` above each document. Templates are not YAML, so a line is found again by its
text: the same line, or the same key, and only if the template has just one of them.
"""

import csv
import io
import itertools
import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter

from istiolint.rendered.programs import argument, as_source, output, program
from istiolint.sources import MissingPathError, Source, Stretch, discover
from istiolint.sources.discover import MOST_BYTES

_COMMENT = re.compile(r"^---[ \t]*\r?\n# Source: (?P<path>[^\r\n]+?)[ \t]*\r?$", re.MULTILINE)
_SEPARATOR = re.compile(r"^---", re.MULTILINE)
_KEY = re.compile(r"\s*(?:- +)*[^\s:#{][^:#{]*:(?=\s|$)")
_TELLING = re.compile(r"^(?:kind|  name):[^\r\n]*", re.MULTILINE)


def template(
    chart: str, values: Sequence[str] = (), sets: Sequence[str] = (), namespace: str = "", *, most_bytes: int = MOST_BYTES
) -> Source:
    """Return the output of `helm template` for a chart, which is a folder or an archive; `sets` are `KEY=VALUE`.

    Raises RenderError and MissingPathError.
    """
    for path in (chart, *values):
        if not os.path.exists(path):  # helm would search repositories, and istiolint uses no network
            raise MissingPathError(path)
    options = [f"--values={_in_list(argument(path))}" for path in values] + [f"--set={pair}" for pair in sets]
    options += [f"--namespace={namespace}"] if namespace else []
    words = [*(f"--values {path}" for path in values), *(f"--set {pair}" for pair in sets)]
    words += [f"--namespace {namespace}"] if namespace else []
    shown = " ".join(["helm template", chart, *words])
    helm = program(["helm"], "--helm", f"{shown} | istiolint -")
    content = output([helm, "template", *options, argument(chart)], shown)
    path = os.path.join(chart, "<helm template>")
    source = as_source(path, content, most_bytes)
    source.origin, source.target = Templates(source, [chart]), chart
    return source


def charts_of(text: str) -> list[str]:
    """Return the folders in and around the current one that may contain the charts of a rendered text."""
    names = {match["path"].partition("/")[0] for match in _COMMENT.finditer(text)}
    folders = [folder for name in sorted(names) if _is_name(name) for folder in (name, os.path.join("charts", name))]
    return [folder for folder in (*folders, os.curdir) if os.path.isfile(os.path.join(folder, "Chart.yaml"))]


class Templates:
    """The templates of a rendered text, in the folders of their charts."""

    def __init__(self, rendered: Source, charts: Iterable[str]):
        self.rendered, self.charts = rendered, list(charts)
        self.comments = [(match.start(), match["path"]) for match in _COMMENT.finditer(rendered.text)]
        self.template = cache(self._template)

    def find(self, start: int, end: int) -> Stretch | None:
        """Return the span in the template; otherwise the first line of the resource, or only the path of the template."""
        number = bisect_right(self.comments, start, key=itemgetter(0)) - 1
        if number < 0:
            return None
        at, path = self.comments[number]
        source = self.template(path)
        if not source:
            return Stretch(Source(path), 0, 0, False)
        document = at, self._end(at)
        text = self.rendered.text[slice(*document)]
        sections = list(_sections(source.text, text))
        stretch = self._on_line(source, sections, document, start, end)
        while not stretch and (above := self._above(at, start)):
            start, end = above
            if stretch := self._on_line(source, sections, document, start, end):
                stretch = stretch._replace(exact=False)
        return stretch or _beginning(source, sections, text)

    def _above(self, first: int, start: int) -> tuple[int, int] | None:
        """Return the parent line of a line, by indentation: the output of `toYaml` is below a line of the template."""
        number, _ = self.rendered.position(start)
        indent = _indent(self.rendered.line(number))
        while indent and number > 1 and self.rendered.line_starts[number - 2] >= first:
            number -= 1
            line = self.rendered.line(number)
            if line.strip() and _indent(line) < indent:
                at = self.rendered.line_starts[number - 1]
                return at + _indent(line), at + len(line.rstrip())
        return None

    def _end(self, at: int) -> int:
        following = _SEPARATOR.search(self.rendered.text, at + 3)
        return following.start() if following else len(self.rendered.text)

    def _template(self, path: str) -> Source | None:
        """Return the file that a comment names, only if it is below the folder of the chart."""
        _, _, below = path.partition("/")
        if not below or ".." in below.split("/"):
            return None
        for chart in self.charts:
            file = os.path.normpath(os.path.join(chart, *below.split("/")))
            inside = os.path.realpath(file).startswith(os.path.realpath(chart) + os.sep)
            if inside and os.path.isfile(file):
                source = next(discover([file]))
                return None if source.trouble else source
        return None

    def _on_line(
        self, source: Source, sections: list[tuple[int, int]], document: tuple[int, int], start: int, end: int
    ) -> Stretch | None:
        """Return the line with the same text, otherwise the one that sets the same key."""
        number, column = self.rendered.position(start)
        line = self.rendered.line(number)
        first = self.rendered.line_starts[number - 1] + _indent(line)
        written, wanted = list(_lines(source, sections)), list(_lines(self.rendered, [document]))
        offset, length = start - first, max(1, min(end - start, len(line) - (column - 1)))
        at = _counterpart(first, wanted, written, lambda text: text == line.strip())
        if at is not None:
            return Stretch(source, at + offset, at + offset + length, True)
        key = _KEY.match(line.strip())
        at = _counterpart(first, wanted, written, lambda text: bool(key) and _key(text) == _key(line.strip()))
        if key is None or at is None:
            return None
        if offset + length <= key.end():
            return Stretch(source, at + offset, at + offset + length, True)
        value = source.line(source.position(at).line).strip()[key.end() :]
        begin = at + key.end() + len(value) - len(value.lstrip())
        return Stretch(source, begin, max(begin + 1, at + key.end() + len(value)), False)


def _counterpart(
    first: int, rendered: list[tuple[int, str]], written: list[tuple[int, str]], fits: Callable[[str], bool]
) -> int | None:
    """Return the template line of the line at `first`: the only one that fits, or one of as many as in the output."""
    there = [at for at, text in written if fits(text)]
    here = [at for at, text in rendered if fits(text)]
    if len(there) == 1:
        return there[0]
    return there[here.index(first)] if len(there) == len(here) and first in here else None


def _sections(text: str, document: str) -> Iterator[tuple[int, int]]:
    """Yield the parts of a template between `---` with the kind (and name) of a rendered document; otherwise all of it."""
    cuts = [0, *(match.start() for match in _SEPARATOR.finditer(text)), len(text)]
    sections = [(start, end) for start, end in itertools.pairwise(cuts) if text[start:end].strip()]
    for telling in _TELLING.findall(document):
        holding = [(start, end) for start, end in sections if telling in text[start:end]]
        sections = holding or sections
    yield from sections


def _key(line: str) -> str:
    """Return the key that a line sets, "" for none."""
    key = _KEY.match(line)
    return key[0] if key else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _lines(source: Source, sections: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Yield the offset and the text of each line, without its indentation."""
    starts = source.line_starts
    for start, end in sections:
        for number in range(bisect_left(starts, start), bisect_left(starts, end)):
            line = source.line(number + 1)
            yield starts[number] + _indent(line), line.strip()


def _beginning(source: Source, sections: list[tuple[int, int]], document: str) -> Stretch:
    """Return the start of a resource, if the template shows it."""
    kind = next((match[0] for match in _TELLING.finditer(document) if match[0].startswith("kind:")), "")
    if kind and len(sections) == 1:
        start, end = sections[0]
        if (at := source.text.find(kind, start, end)) >= 0:
            return Stretch(source, at, at + len(kind), False)
    return Stretch(source, 0, min(1, len(source.text)), False)


def _is_name(name: str) -> bool:
    return name not in ("", ".", "..") and not name.startswith("-") and "\\" not in name


def _in_list(path: str) -> str:
    """Escape a path for an option of helm that accepts a list with commas."""
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow([path])
    return written.getvalue()

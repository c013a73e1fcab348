"""What formats with one message for each finding say: the message, the hint and the other places."""

from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic

MOST_TARGETS = 5
"""Targets that are named of those in which a finding holds."""
MOST_RELATED = 5
"""Other places that are named."""


def place(path: str, line: int, column: int) -> str:
    """A place as editors and terminals take it for a link."""
    return f"{path}:{line}:{column}"


def worded(diagnostic: Diagnostic) -> str:
    """The message and the hint, in printable characters."""
    hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
    return printable(diagnostic.message + hint)


def in_targets(diagnostic: Diagnostic) -> str:
    """In which targets a finding holds, in printable characters; empty where it holds in all targets of its resource."""
    names = diagnostic.targets
    if not diagnostic.partial or not names:
        return ""
    shown = printable(", ".join(names[:MOST_TARGETS]))
    more = f" and {len(names) - MOST_TARGETS:,} more" if len(names) > MOST_TARGETS else ""
    return f"in {'target' if len(names) == 1 else 'targets'} {shown}{more}"


def related(diagnostic: Diagnostic) -> list[str]:
    """The other places with what is there, such as `see a.yaml:3:1: first written here`, in printable characters.

    The last one says in which targets the finding holds, if it does not hold in all.
    """
    words = []
    for span, message in diagnostic.related[:MOST_RELATED]:
        begins = span.begins
        words.append(printable(f"see {place(span.source.path, begins.line, begins.column)}: {message}"))
    if more := len(diagnostic.related) - MOST_RELATED:
        words += [f"and {more:,} more"] if more > 0 else []
    return [*words, *filter(None, [in_targets(diagnostic)])]


def one_line(diagnostic: Diagnostic) -> str:
    """The message, the hint and the other places on one line."""
    return "; ".join([worded(diagnostic), *related(diagnostic)])

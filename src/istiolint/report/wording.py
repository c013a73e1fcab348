"""The text of a finding for formats with a single message: message, hint and related places."""

from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic

MOST_TARGETS = 5
"""Targets that are named of those in which a finding holds."""
MOST_RELATED = 5
"""Other places that are named."""


def place(path: str, line: int, column: int) -> str:
    """Return a place in the form that editors and terminals recognize as a link."""
    return f"{path}:{line}:{column}"


def worded(diagnostic: Diagnostic) -> str:
    """Return message and hint in printable characters."""
    hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
    return printable(diagnostic.message + hint)


def in_targets(diagnostic: Diagnostic) -> str:
    """Return the targets that a finding applies to, in printable characters; empty if it applies to all of its resource."""
    names = diagnostic.targets
    if not diagnostic.partial or not names:
        return ""
    shown = printable(", ".join(names[:MOST_TARGETS]))
    more = f" and {len(names) - MOST_TARGETS:,} more" if len(names) > MOST_TARGETS else ""
    return f"in {'target' if len(names) == 1 else 'targets'} {shown}{more}"


def related(diagnostic: Diagnostic) -> list[str]:
    """Return the related places, such as `see a.yaml:3:1: first written here`, in printable characters.

    The last one names the targets that the finding applies to, if it does not apply to all.
    """
    words = []
    for span, message in diagnostic.related[:MOST_RELATED]:
        begins = span.begins
        words.append(printable(f"see {place(span.source.path, begins.line, begins.column)}: {message}"))
    if more := len(diagnostic.related) - MOST_RELATED:
        words += [f"and {more:,} more"] if more > 0 else []
    return [*words, *filter(None, [in_targets(diagnostic)])]


def one_line(diagnostic: Diagnostic) -> str:
    """Return message, hint and related places on one line."""
    return "; ".join([worded(diagnostic), *related(diagnostic)])

"""Items of a list that repeat a value."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.resources.cursor import Cursor
from istiolint.rules.check import finding, rejected


def duplicates(items: Cursor, what: str, kind: str) -> Iterator[Finding]:
    """Items of a list that have the `name` of an earlier one."""
    seen: dict[str, Cursor] = {}
    for item in items:
        name = item["name"]
        if name.text and (first := seen.setdefault(name.text, name)) is not name:
            yield finding(
                name,
                rejected(f"duplicate {what} `{name.text}`", kind),
                hint="use a unique name for each",
                related=[(first, "first occurrence")],
            )

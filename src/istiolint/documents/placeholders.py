"""Placeholders that a shell script, Flux or a pipeline fills in: `${VAR}`, `$(var)`, `($namespace)`, SERVICE_NAME."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from istiolint.findings.finding import Path, Place
from istiolint.primitives.patterns import late

if TYPE_CHECKING:
    from istiolint.documents.document import Document

_ANY_VARIABLE = (
    r"\$\{[^}]{0,99}\}|\$\([^)]{0,99}\)|\(\$\w{1,99}\)"  # shell, Flux, envsubst, Make, Chainsaw
    # `$NAME`; a word in lower case is glued to letters by a slip (`exa$mple`) unless it is a counter (`cluster$i`)
    r"|\$[A-Z_]\w*|(?<![A-Za-z])\$[a-z]\w*|\$[ijknx](?!\w)"
    r"|\{\{.{0,99}?\}\}|(?<!\?P)(?<!\?)<[A-Za-z_][\w -]{0,99}>|__\w{1,99}__|@\w{1,99}@|%\w{1,99}%"
)
_VARIABLE = late(_ANY_VARIABLE)
_PLACEHOLDER = late(
    rf"{_ANY_VARIABLE}|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b"  # SERVICE_NAME: no name in Kubernetes has capitals and underscores
)
_MARKS = frozenset("$({<_@%")
"""Each placeholder has one of them."""
_SLIP = late(r"(?<=[A-Za-z])\$(?=[a-z])")
_MARKS_IN_NAMES = frozenset("${}<>%_")
_NO_NAME = late(r"[A-Z][A-Z0-9]*[A-Z_][A-Z0-9_]*|[${}<>%]|__")


@lru_cache(maxsize=4096)
def has_placeholder(text: str) -> bool:
    """Return whether text is not final: it has a variable, or a word such as SERVICE_NAME, which no name in Kubernetes has.

    Cursors have `literal` and `unresolved` for it. Where a field's own words are such (`NOT_FOUND`), read `text`.
    """
    return not _MARKS.isdisjoint(text) and bool(_PLACEHOLDER.search(text))


def has_variable(text: str, *, word: bool = False) -> bool:
    """Return whether text has a variable, such as `${HOST}`.

    In a `word` (a kind, or a value of an enumeration) a `$` between letters in lower case is a slip.
    """
    return not _MARKS.isdisjoint(text) and bool(_VARIABLE.search(_SLIP.sub("", text) if word else text))


@lru_cache(maxsize=4096)
def can_be_name(text: str) -> bool:
    """Return whether text can name something that exists: it has no placeholder, and no word in capitals such as HOST."""
    return (text.islower() and _MARKS_IN_NAMES.isdisjoint(text)) or not _NO_NAME.search(text)


def first_placeholder(document: "Document") -> tuple[Place, str] | None:
    """The first name, namespace or host of an object that waits to be filled in, and the placeholder."""
    if "$" not in document.text or not isinstance(document.data, dict) or not isinstance(document.data.get("kind"), str):
        return None
    for path, value in _names(document.data):
        if isinstance(value, str) and "$" in value and (match := _PLACEHOLDER.search(value)):
            return Place(document, path, "value", match.span()), match[0]
    return None


def _names(data: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    for section in ("metadata", "spec"):
        values = data.get(section)
        if isinstance(values, dict):
            for key in ("name", "namespace", "host"):
                yield (section, key), values.get(key)
    spec = data.get("spec")
    hosts = spec.get("hosts") if isinstance(spec, dict) else None
    for index, host in enumerate(hosts) if isinstance(hosts, list) else ():
        yield ("spec", "hosts", index), host

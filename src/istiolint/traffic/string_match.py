"""Istio's StringMatch as a set of strings: exact, prefix, regex, or any value that is present."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

from istiolint.traffic import regex

Form: TypeAlias = Literal["exact", "prefix", "regex", "present"]
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


class _Strings(NamedTuple):
    form: Form
    text: str = ""
    ignore_case: bool = False


class StringMatch(_Strings):
    """A set of strings. `ignore_case` (exact and prefix only, ASCII letters as in Envoy) is `ignoreUriCase`."""

    @cached_property
    def stem(self) -> Any | None:
        """The expression for the start of a string, of a regular expression that ends in `.*`."""
        return regex.stem(self.text)

    @cached_property
    def lead(self) -> tuple[str, bool]:
        """The common prefix of the strings of the set, and whether the set contains only that string."""
        if self.form == "regex":
            return regex.lead(self.text)
        return self.text, self.form == "exact"

    def covers(self, other: "StringMatch") -> bool:
        """Whether every string of the other set is certainly in this one."""
        if self == other or self.form == "present":
            return True
        start, whole = other.lead_as_seen(self.ignore_case)
        match self.form:
            case "exact":
                return whole and start == self.folded
            case "prefix":
                return start.startswith(self.folded)
        if whole:
            return regex.matches(self.text, start)
        return self.stem is not None and self.stem.match(start) is not None

    @property
    def folded(self) -> str:
        """The text in the case in which it is compared."""
        return self.text.translate(_LOWER) if self.ignore_case else self.text

    def lead_as_seen(self, ignore_case: bool) -> tuple[str, bool]:
        """Return the lead for a comparison that does or does not ignore case.

        If it does not, strings of a set that ignores case share a prefix only up to the first letter.
        """
        start, whole = self.lead
        if ignore_case:
            return start.translate(_LOWER), whole
        if self.ignore_case:
            caseless = next((at for at, char in enumerate(start) if char.isascii() and char.isalpha()), len(start))
            return start[:caseless], whole and caseless == len(start)
        return start, whole

    def takes(self, value: str) -> bool:
        """Whether a string is in the set."""
        match self.form:
            case "exact":
                return self.folded == (value.translate(_LOWER) if self.ignore_case else value)
            case "prefix":
                return (value.translate(_LOWER) if self.ignore_case else value).startswith(self.folded)
            case "regex":
                return regex.matches(self.text, value)
        return True

    def filing(self) -> tuple[str, ...]:
        """The key under which an index stores this set, so that `probes` of every set it covers find it."""
        if self.form in ("regex", "present"):
            return self.form, self.lead[0] if self.form == "regex" else ""
        return self.form + ("i" if self.ignore_case else ""), self.folded

    def probes(self) -> Iterator[tuple[str, ...]]:
        """The keys under which the sets that cover this one are stored."""
        yield "present", ""
        for folding in ("", "i"):
            start, whole = self.lead_as_seen(bool(folding))
            if whole:
                yield "exact" + folding, start
            for end in range(len(start) + 1):
                yield "prefix" + folding, start[:end]
                if not folding:
                    yield "regex", start[:end]

    def __str__(self) -> str:
        return f"{self.form} {self.text}" if self.form != "present" else "any value"


def string_match(data: object) -> StringMatch | None:
    """Return a StringMatch; `{}` means presence. None if the API server or Istio rejects it."""
    if not isinstance(data, dict) or len(data) > 1:
        return None
    for form, text in data.items():
        if form in ("exact", "prefix", "regex") and isinstance(text, str):
            refused = (form == "regex" and (not text or regex.compiled(text) is None)) or len(text) > 4096
            return None if refused else StringMatch(form, text)
        return None
    return StringMatch("present")

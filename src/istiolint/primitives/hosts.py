"""Host names as Istio's validation reads them: labels, plain names, and names with a wildcard in front.

Each `..._fault` returns what is wrong with a text, as words that continue "invalid host `x`: ", or None.
Upper case is allowed, an underscore is not; a name may end in a dot.
"""

import re
from functools import lru_cache

from istiolint.primitives.patterns import late

_LABEL = late(r"[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?", re.ASCII)
_NUMBER = late(r"[+-]?[0-9]+", re.ASCII)
_LONGEST_NAME = 255
_LONGEST_LABEL = 63
_LARGEST = 2**63 - 1
_SNI_PARTS = 4
_AT_START = "`*` is allowed only at the start"
SNI_OF_SUBSETS = "outbound_"
"""The prefix of the SNI that Istio generates for a subset, for TLS between clusters."""


def is_label(text: str) -> bool:
    """Return whether a text is a DNS label: letters, digits and `-` inside, at most 63."""
    return len(text) <= _LONGEST_LABEL and bool(_LABEL.fullmatch(text))


def label_fault(text: str) -> str | None:
    """Return what is wrong with a text as a DNS label."""
    if not text:
        return "it has an empty label"
    if len(text) > _LONGEST_LABEL:
        return f"`{text}` has more than {_LONGEST_LABEL} characters"
    if not _LABEL.fullmatch(text):
        return f"`{text}` is not a valid DNS label"
    return None


def name_fault(text: str) -> str | None:
    """Return what is wrong with a text as a host name without wildcard; IP addresses are not host names."""
    return _length_fault(text) or _labels_fault(text, "wildcards are not allowed" if text.startswith("*") else _AT_START)


@lru_cache(maxsize=4096)
def pattern_fault(text: str) -> str | None:
    """Return what is wrong with a text as a host name, possibly with a leading `*`: `*`, `*.example.com`, `*-a.example.com`."""
    if fault := _length_fault(text):
        return fault
    first, dot, rest = text.partition(".")
    if first != "*" and (fault := _first_label_fault(first)):
        return fault
    return _labels_fault(rest, _AT_START) if dot and rest else None


def subset_sni_fault(text: str) -> str | None:
    """Return what is wrong with a text as a subset SNI, `outbound_.PORT_.SUBSET_.HOST`; Istio validates it only roughly."""
    parts = text.split("_")
    if len(parts) < _SNI_PARTS or parts[0] != SNI_OF_SUBSETS.removesuffix("_"):
        return "the SNI of a subset has the form `outbound_.PORT_.SUBSET_.HOST`"
    if not any(character in "0123456789" for character in parts[1]):
        return f"`{parts[1].strip('.')}` is not a port number"
    host = parts[3].strip(".")
    return None if re.search("[A-Za-z]", host) else f"`{host}` is not a host name"


def is_partial_wildcard(text: str) -> bool:
    """Return whether a `*` matches a part of a label: `*-a.example.com`, `*example.com`."""
    return "*" in text and text != "*" and not text.startswith("*.")


def _first_label_fault(label: str) -> str | None:
    if len(label) > _LONGEST_LABEL:
        return f"`{label}` has more than {_LONGEST_LABEL} characters"
    for mark in ("*-", "*"):
        if label.startswith(mark) and is_label(label.removeprefix(mark)):
            return None
    return _AT_START if "*" in label else label_fault(label)


def _labels_fault(name: str, wildcard: str) -> str | None:
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]) and len(labels[-1]) <= _LONGEST_LABEL and abs(int(labels[-1])) <= _LARGEST:
        return f"its last label, `{labels[-1]}`, is a number"
    for index, label in enumerate(labels):
        if "*" in label:
            return wildcard
        if (label or index < len(labels) - 1) and (fault := label_fault(label)):
            return fault
    return None


def _length_fault(text: str) -> str | None:
    if not text:
        return "it is empty"
    return f"it has more than {_LONGEST_NAME} characters" if len(text.encode()) > _LONGEST_NAME else None


def joined_items(text: str) -> str | None:
    """Return the hint for a text that includes the next list item, whose `-` is indented too deep; None for other texts."""
    item = text.partition(" - ")[2]
    return (
        f"align the `-` of `{item.partition(' - ')[0]}` with the item above; indented deeper, it belongs to the text"
        if item
        else None
    )

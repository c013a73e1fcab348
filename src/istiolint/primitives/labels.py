"""Keys and values of labels as Istio's validation reads them, which is close to how Kubernetes does.

Each `..._fault` gives what is wrong with a text, as words that continue "`x` is no key of a label: ", or None when nothing is.
"""

import re

from istiolint.primitives.hosts import label_fault

_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]", re.ASCII)
_LONGEST_NAME = 63
_LONGEST_PREFIX = 253


def key_fault(text: str) -> str | None:
    """What keeps a text from being the key of a label: a name, perhaps behind a DNS name and `/`."""
    prefix, slash, name = text.rpartition("/")
    if slash and len(prefix) > _LONGEST_PREFIX:
        return f"what stands before its `/` has more than {_LONGEST_PREFIX} characters"
    if slash and (fault := next((fault for part in prefix.split(".") if (fault := label_fault(part))), None)):
        return fault
    if len(name) > _LONGEST_NAME:
        return f"its name has more than {_LONGEST_NAME} characters"
    return None if _NAME.fullmatch(name) else _shape(name)


def value_fault(text: str) -> str | None:
    """What keeps a text from being the value of a label. Istio sets no limit to its length; Kubernetes does, 63."""
    return None if not text or _NAME.fullmatch(text) else _shape(text)


def _shape(text: str) -> str:
    return f"`{text}` is not made of letters and digits with `-`, `_` and `.` between them" if text else "its name is empty"

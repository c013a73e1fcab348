"""Label keys and values as Istio validates them, which is close to how Kubernetes does.

Each `..._fault` returns what is wrong with a text, as words that continue "invalid label key `x`: ", or None.
"""

import re

from istiolint.primitives.hosts import label_fault
from istiolint.primitives.patterns import late

_NAME = late(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]", re.ASCII)
_LONGEST_NAME = 63
_LONGEST_PREFIX = 253


def key_fault(text: str) -> str | None:
    """Return what is wrong with a label key: a name, possibly after a DNS name and `/`."""
    prefix, slash, name = text.rpartition("/")
    if slash and len(prefix) > _LONGEST_PREFIX:
        return f"the part before `/` has more than {_LONGEST_PREFIX} characters"
    if slash and (fault := next((fault for part in prefix.split(".") if (fault := label_fault(part))), None)):
        return fault
    if len(name) > _LONGEST_NAME:
        return f"its name has more than {_LONGEST_NAME} characters"
    return None if _NAME.fullmatch(name) else _shape(name)


def value_fault(text: str) -> str | None:
    """Return what is wrong with a label value. Istio does not limit its length; Kubernetes does, to 63."""
    return None if not text or _NAME.fullmatch(text) else _shape(text)


def _shape(text: str) -> str:
    return "only letters, digits and inner `-`, `_` and `.` are allowed" if text else "the name is empty"
